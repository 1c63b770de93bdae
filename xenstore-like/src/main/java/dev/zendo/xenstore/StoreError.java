package dev.zendo.xenstore;

/**
 * The error names that the xenstore wire protocol may carry in an {@code ERROR} reply (Xen's {@code
 * io/xs_wire.h}). The constant's name is what is sent.
 */
public enum StoreError {
  /** A malformed path, permission, number or argument list. */
  EINVAL,
  /** The caller lacks the permission. */
  EACCES,
  /** The watch exists already. */
  EEXIST,
  /** Part of the protocol's list; not used by this store. */
  EISDIR,
  /** No such node, watch, transaction or domain. */
  ENOENT,
  /** Out of memory. */
  ENOMEM,
  /** A quota on nodes, value size, permissions or transactions is exhausted. */
  ENOSPC,
  /** An internal failure. */
  EIO,
  /** Part of the protocol's list; not used by this store. */
  ENOTEMPTY,
  /** The operation is unknown. */
  ENOSYS,
  /** Part of the protocol's list; not used by this store. */
  EROFS,
  /** A transaction was started inside a transaction. */
  EBUSY,
  /** The transaction conflicts with a change that was made meanwhile. */
  EAGAIN,
  /** Part of the protocol's list; not used by this store. */
  EISCONN,
  /** The reply would be too long, or there are too many watches. */
  E2BIG,
  /** A domain tried to give a node away. */
  EPERM
}
