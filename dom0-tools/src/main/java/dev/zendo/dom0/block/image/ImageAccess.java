package dev.zendo.dom0.block.image;

/** How an image is used, as xl's access modes have it. */
public enum ImageAccess {
  /** {@code r}: nobody may write meanwhile. */
  READ,
  /** {@code w}: nobody else may use it meanwhile. */
  WRITE,
  /** {@code w!}: others may do what they like; guests have to agree on their own. */
  WRITE_SHARED;

  /** Whether it is written. */
  public boolean writes() {
    return this != READ;
  }
}
