#!/bin/sh
# Opens a sealed secret with openssl alone: a compact JWE of RSA-OAEP-256 and A256CBC-HS512 on stdin, its plaintext on stdout.
# The tag is compared before anything is decrypted. openssl takes content keys as arguments, so other users of this machine could read
# them from the process list: this is a proof of the format, for keys made for a test.
#
# usage: open.sh PRIVATE_KEY_PEM
set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { sed 's/../\\x&/g' | xargs -0 printf '%b'; }
unb64u() {
  text=$(printf '%s' "$1" | tr '_-' '/+')
  case $((${#text} % 4)) in 2) text="$text==" ;; 3) text="$text=" ;; esac
  printf '%s' "$text" | openssl base64 -d -A
}

IFS=. read -r header key iv ciphertext tag || [ -n "$tag" ]
unb64u "$key" | openssl pkeyutl -decrypt -inkey "$1" -pkeyopt rsa_padding_mode:oaep \
  -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 > "$work/cek"
[ "$(wc -c < "$work/cek")" -eq 64 ] || { echo 'open.sh: the content key is not 64 bytes' >&2; exit 1; }
unb64u "$iv" > "$work/iv"
unb64u "$ciphertext" > "$work/ciphertext"
mac=$({
  printf '%s' "$header"
  cat "$work/iv" "$work/ciphertext"
  printf '%016x' $((${#header} * 8)) | unhex
} | openssl dgst -sha512 -mac HMAC -macopt "hexkey:$(head -c 32 "$work/cek" | hex)" -binary | head -c 32 | hex)
[ "$mac" = "$(unb64u "$tag" | hex)" ] || { echo 'open.sh: the tag is another' >&2; exit 1; }
openssl enc -d -aes-256-cbc -K "$(tail -c 32 "$work/cek" | hex)" -iv "$(hex < "$work/iv")" < "$work/ciphertext"
