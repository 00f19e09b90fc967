package io.holdfast.repository.tree;

/// Where sequences are cut by content: after an item, with a probability that grows with the item's
/// size and depends on nothing but the item.
final class CutRule {
  private CutRule() {}

  /// True for one item in `meanBytes / itemBytes`.
  static boolean cutsAfter(long hash, int itemBytes, int meanBytes) {
    return Long.remainderUnsigned(hash, meanBytes) < itemBytes;
  }

  /// FNV-1a over the characters and the slot, then mixed.
  static long hash(String path, long slot) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
    }
    return mix((hash ^ slot) * 0x100000001b3L);
  }

  /// FNV-1a over bytes, then mixed.
  static long hash(byte[] bytes, int from, int to) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  private static long mix(long value) {
    long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
