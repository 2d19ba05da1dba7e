"""Where all tables are gathered."""

from sqlalchemy import MetaData

metadata = MetaData()
