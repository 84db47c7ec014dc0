// By itself, because the portal and the simulated PCs make passwords, and neither imports the other.
/** What our own passwords are made of: nothing that is taken for something else when it is read out or typed. */
export const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_+=!';
