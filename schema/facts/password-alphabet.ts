/** The characters of our own passwords: none that is mistaken for another when it is read out or typed. */
export const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_+=!';
