"""Who is signed in: sessions that live in the database."""
