"""What shows who somebody is besides the password: telephone, passkey, and both asked anew."""
