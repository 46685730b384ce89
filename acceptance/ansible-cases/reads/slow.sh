#!/bin/sh
# Answers when app has ended its play.
set -e
[ -p "$1" ] || mkfifo "$1" || [ -p "$1" ]
read -r _ < "$1"
heddle set answer:=42
