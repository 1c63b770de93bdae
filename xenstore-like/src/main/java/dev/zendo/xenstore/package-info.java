/**
 * The store that the control domain and the guests share: a tree of small values with permissions,
 * watches, transactions and quotas. Its semantics and its wire protocol are those of Xen's
 * xenstore, so guests and Xen's own {@code xenstore-*} programs work on it unchanged; its content
 * is JSON when saved or shown.
 *
 * <h2>Map</h2>
 *
 * <table>
 * <caption>The classes, from the inside out</caption>
 * <tr><td>the tree</td><td>{@link dev.zendo.xenstore.Node}, {@link dev.zendo.xenstore.Path}, {@link
 *     dev.zendo.xenstore.Permissions}, {@link dev.zendo.xenstore.Access}: immutable values;
 *     {@code TreeEditor} makes changed trees, {@code TreeWalk} visits them</td></tr>
 * <tr><td>the rules</td><td>{@code Rules}: who may do what, and what it does; {@code Transaction}:
 *     snapshot, conflicts, merge; {@code Transactions}: their beginnings and ends; {@code Watch}, {@code WatchTable}, {@code
 *     Watches}: who is told; {@code Accounts},
 *     {@link dev.zendo.xenstore.Quotas}, {@link dev.zendo.xenstore.DomainUsage}: who uses how
 *     much</td></tr>
 * <tr><td>the store</td><td>{@link dev.zendo.xenstore.Store}: the current tree, the lock, the
 *     clients ({@link dev.zendo.xenstore.Connection}); {@link
 *     dev.zendo.xenstore.Domains}: whom it serves; {@link
 *     dev.zendo.xenstore.DomainControl}: what it asks of the control domain; {@link
 *     dev.zendo.xenstore.ChangeListener}: every change in order, for journals and streams; {@link
 *     dev.zendo.xenstore.TreeDiff}: what is different between two trees; the package {@code
 *     journal}: a store that survives its process</td></tr>
 * <tr><td>for Java</td><td>{@link dev.zendo.xenstore.StoreClient}, {@link
 *     dev.zendo.xenstore.StoreTransaction} (both {@link dev.zendo.xenstore.StoreAccess}), {@link
 *     dev.zendo.xenstore.WatchListener}</td></tr>
 * <tr><td>for guests</td><td>{@link dev.zendo.xenstore.WireConnection}: bytes in, bytes out; {@code
 *     XenstoreProtocol}: the requests; {@link dev.zendo.xenstore.XenstoreRing} over a {@link
 *     dev.zendo.xenstore.RingPage} with the {@link dev.zendo.xenstore.RingLayout}</td></tr>
 * <tr><td>for host programs</td><td>{@link dev.zendo.xenstore.SocketServer}: the same protocol on a
 *     Unix-domain socket; {@code SocketLoop}: its threads, {@code HostClient}: their
 *     clients</td></tr>
 * <tr><td>as JSON</td><td>{@link dev.zendo.xenstore.StoreJson}</td></tr>
 * </table>
 *
 * <p>Reading order: {@code Node}, {@code Rules}, {@code Store}, {@code Transaction}, {@code
 * WatchTable}, {@code WireConnection}.
 *
 * <h2>Rules that hold everywhere</h2>
 *
 * <ul>
 *   <li>Anything that comes from a guest may be hostile: bounded memory, bounded time, an error
 *       name instead of an exception, a closed connection for what cannot be answered.
 *   <li>One lock per store, held briefly, never while a client is called or bytes are moved;
 *       clients are told of waiting events when the thread holds no lock at all ({@code Signals}).
 *   <li>No clock, no randomness; the only threads are those of the socket server.
 * </ul>
 *
 * <h2>Where Xen's two daemons differ</h2>
 *
 * Error names follow the C xenstored. A transaction conflicts when a node that it read or wrote was
 * changed, as the protocol's documentation has it and as both daemons detect at least; like the
 * OCaml daemon, it does not conflict when another client creates a different child in the same
 * directory, nor when it has written nothing.
 */
package dev.zendo.xenstore;
