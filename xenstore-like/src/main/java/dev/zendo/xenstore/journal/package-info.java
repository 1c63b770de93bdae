/**
 * A store that survives the end of its process: {@link dev.zendo.xenstore.journal.Journal} writes
 * every change to a file before anybody outside is told of it.
 *
 * <p>A folder holds the whole tree at some moment ({@code snapshot-N}) and what was changed since
 * ({@code log-N}). Both are a signature ({@code JournalFile}) followed by frames ({@code Frames}),
 * and each frame holds changes ({@code Records}) that were made together. When the log has grown
 * larger than the tree is worth, snapshot and log N + 1 take their place.
 */
package dev.zendo.xenstore.journal;
