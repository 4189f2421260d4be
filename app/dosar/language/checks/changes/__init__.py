"""An older form beside a newer one."""
