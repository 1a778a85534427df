#!/bin/sh
# Whether the database can be asked.
[ "$(/stand-in/fault)" != never-healthy ] && exec psql -qtAX -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c 'select 1' > /dev/null
