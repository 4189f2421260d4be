"""Access control: users, roles, sessions, sign-in; who may use which route and reach which records."""
