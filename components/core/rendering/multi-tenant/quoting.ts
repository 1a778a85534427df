/** A name as PostgreSQL reads it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as PostgreSQL reads it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
