package dev.zendo.dom0.console;

/** A bounded queue of bytes between two threads. Thread-safe. */
final class ByteQueue {
  private static final int FIRST = 1024;

  private final int capacity;
  private byte[] bytes;
  private int head;
  private int size;
  private boolean closed;

  /** An empty queue; it takes as much memory as was in it at a time. */
  ByteQueue(int capacity) {
    this.capacity = capacity;
    this.bytes = new byte[Math.min(capacity, FIRST)];
  }

  /** Bytes that fit now. */
  synchronized int room() {
    return capacity - size;
  }

  /** Adds bytes that fit. */
  synchronized void add(byte[] from, int offset, int count) {
    if (size + count > bytes.length) {
      grow(size + count);
    }
    int tail = (head + size) % bytes.length;
    int first = Math.min(count, bytes.length - tail);
    System.arraycopy(from, offset, bytes, tail, first);
    System.arraycopy(from, offset + first, bytes, 0, count - first);
    size += count;
    notifyAll();
  }

  private void grow(int needed) {
    byte[] larger = new byte[Math.min(capacity, Math.max(needed, 2 * bytes.length))];
    peek(larger);
    bytes = larger;
    head = 0;
  }

  /** Waits until bytes fit and adds as many as do; returns how many, -1 when closed. */
  synchronized int addWaiting(byte[] from, int offset, int count) throws InterruptedException {
    while (size == capacity && !closed) {
      wait();
    }
    if (closed) {
      return -1;
    }
    int part = Math.min(count, room());
    add(from, offset, part);
    return part;
  }

  /** Copies out the first bytes without removing them; returns how many. */
  synchronized int peek(byte[] to) {
    int count = Math.min(to.length, size);
    int first = Math.min(count, bytes.length - head);
    System.arraycopy(bytes, head, to, 0, first);
    System.arraycopy(bytes, 0, to, first, count - first);
    return count;
  }

  /** Removes the first bytes. */
  synchronized void remove(int count) {
    head = (head + count) % bytes.length;
    size -= count;
    notifyAll();
  }

  /** Waits until the queue is empty, at most a while; returns whether it is. */
  synchronized boolean awaitEmpty(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (size > 0) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /** Nothing more will be added. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
