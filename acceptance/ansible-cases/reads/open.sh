#!/bin/sh
set -e
[ -p "$1" ] || mkfifo "$1" || [ -p "$1" ]
echo open > "$1"
