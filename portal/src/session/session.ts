// Word between tabs that somebody has signed in again.

export const SESSION_CHANNEL = 'totl-session';
