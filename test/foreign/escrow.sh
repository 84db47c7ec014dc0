#!/bin/sh
# A foreign engine made of curl and openssl alone: fetches the tenant's key, seals one secret as JWE (RSA-OAEP-256 with
# A256CBC-HS512) and one as raw RSA-OAEP-SHA256, escrows both, and holds the receipts against what it sent.
# It follows docs/protocol.md and verifies nothing for itself: no pin, no statement.
#
# usage: escrow.sh API_ORIGIN TENANT MACHINE RUN      with TOKEN, SECRET_JWE and SECRET_RAW in the environment
# prints: two lines, "jwe SECRET_ID" and "raw SECRET_ID"; ends non-zero, saying why, where anything is not as documented.
# openssl takes content keys as arguments, so other users of this machine could read them from the process list: this is a
# proof of the format, not an engine.
set -eu
umask 077
origin=$1 tenant=$2 machine=$3 run=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "escrow.sh: $*" >&2; exit 1; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { sed 's/../\\x&/g' | xargs -0 printf '%b'; }
b64u() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
unb64u() {
  text=$(tr '_-' '/+')
  case $((${#text} % 4)) in 2) text="$text==" ;; 3) text="$text=" ;; esac
  printf '%s' "$text" | openssl base64 -d -A
}
# The string under a name in a flat JSON answer.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
uuid() { openssl rand -hex 16 | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\)$/\1-\2-4\3-8\4-\5/'; }

ask() { # METHOD-ARGS… URL: prints the body, leaves the status in $work/status
  curl -sS -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $TOKEN" "$@" > "$work/status"
  cat "$work/answer"
}

# 1. The escrow key: a JWK, made into the DER that openssl reads (RFC 8017 A.1.1 inside RFC 5280's SubjectPublicKeyInfo).
jwk=$(ask "$origin/v1/tenant/pubkey")
[ "$(cat "$work/status")" = 200 ] || fail "no key: $jwk"
kid=$(printf '%s' "$jwk" | member kid)
modulus=$(printf '%s' "$jwk" | member n | unb64u | hex)
exponent=$(printf '%s' "$jwk" | member e | unb64u | hex)
[ ${#modulus} -eq 768 ] || fail "the modulus is not 3072 bits"
cat > "$work/key.cnf" <<END
asn1=SEQUENCE:spki
[spki]
algorithm=SEQUENCE:rsa
key=BITWRAP,SEQUENCE:pair
[rsa]
oid=OID:rsaEncryption
parameters=NULL
[pair]
n=INTEGER:0x$modulus
e=INTEGER:0x$exponent
END
openssl asn1parse -genconf "$work/key.cnf" -noout -out "$work/key.der"
openssl pkey -pubin -inform DER -in "$work/key.der" -out "$work/key.pem"

oaep() { # stdin to stdout under the escrow key
  openssl pkeyutl -encrypt -pubin -inkey "$work/key.pem" -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
}

# 2. A compact JWE: RFC 7516 §5.1 with RFC 7518 §5.2.5 for the content.
seal_jwe() { # EID REF PLAINTEXT
  openssl rand 64 > "$work/cek"
  openssl rand 16 > "$work/iv"
  mac_key=$(head -c 32 "$work/cek" | hex)
  enc_key=$(tail -c 32 "$work/cek" | hex)
  header=$(printf '{"alg":"RSA-OAEP-256","enc":"A256CBC-HS512","kid":"%s","typ":"totl-secret+jwe","tenant":"%s","machine":"%s","run":"%s","kind":"local_admin_password","eid":"%s","iat":%s,"ref":%s}' \
    "$kid" "$tenant" "$machine" "$run" "$1" "$(date +%s)" "$2" | b64u)
  oaep < "$work/cek" > "$work/encrypted_key"
  printf '%s' "$3" | openssl enc -aes-256-cbc -K "$enc_key" -iv "$(hex < "$work/iv")" > "$work/ciphertext"
  {
    printf '%s' "$header"
    cat "$work/iv" "$work/ciphertext"
    printf '%016x' $((${#header} * 8)) | unhex
  } | openssl dgst -sha512 -mac HMAC -macopt "hexkey:$mac_key" -binary | head -c 32 > "$work/tag"
  printf '%s.%s.%s.%s.%s' "$header" "$(b64u < "$work/encrypted_key")" "$(b64u < "$work/iv")" \
    "$(b64u < "$work/ciphertext")" "$(b64u < "$work/tag")"
}

# 3. Escrow, and the receipt held against what was sent.
escrow() { # NAME EID REF SEALED EXTRA-MEMBERS
  body=$(printf '{"machine":"%s","run":"%s","kind":"local_admin_password","eid":"%s","ref":%s,"sealed":"%s"%s}' \
    "$machine" "$run" "$2" "$3" "$4" "$5")
  receipt=$(ask -H 'Content-Type: application/json' --data-binary "$body" "$origin/v1/secret")
  [ "$(cat "$work/status")" = 201 ] || fail "$1 was refused: $receipt"
  [ "$(printf '%s' "$receipt" | member kid)" = "$kid" ] || fail "$1: the receipt names another kid"
  [ "$(printf '%s' "$receipt" | member sha256)" = "$(printf '%s' "$4" | openssl dgst -sha256 -binary | hex)" ] ||
    fail "$1: the receipt is for other bytes"
  [ "$(printf '%s' "$receipt" | number version)" = 1 ] || fail "$1: not the first version"
  again=$(ask -H 'Content-Type: application/json' --data-binary "$body" "$origin/v1/secret")
  [ "$(cat "$work/status")" = 200 ] && [ "$again" = "$receipt" ] || fail "$1: a resend got another receipt"
  printf '%s %s\n' "$1" "$(printf '%s' "$receipt" | member secretId)"
}

eid=$(uuid)
ref='{"account":"Administrator"}'
escrow jwe "$eid" "$ref" "$(seal_jwe "$eid" "$ref" "$SECRET_JWE")" ''

eid=$(uuid)
ref='{"account":"Break glass"}'
raw=$(printf '%s' "$SECRET_RAW" | oaep | openssl base64 -A)
escrow raw "$eid" "$ref" "$raw" ",\"format\":\"rsa-oaep-256\",\"kid\":\"$kid\""
