package io.holdfast.storage;

/// The check that comes before a range is allocated.
final class BlobRange {
  private BlobRange() {}

  static void check(BlobKey key, long bytes, long offset, int length)
      throws TruncatedBlobException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("bad range: " + length + " bytes at " + offset);
    }
    if (offset > bytes || length > bytes - offset) {
      throw new TruncatedBlobException(
          "blob " + key + " has " + bytes + " bytes, wanted " + length + " at " + offset);
    }
  }
}
