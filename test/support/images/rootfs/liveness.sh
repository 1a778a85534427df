#!/bin/sh
# Whether the server answers.
[ "$(/stand-in/fault)" != never-healthy ] && exec pg_isready --quiet --host=127.0.0.1 --timeout=1
