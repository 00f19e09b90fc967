package io.holdfast.postgres.wal;

import java.util.Optional;

/// The WAL formats that can be read, one per major version of PostgreSQL.
public enum WalVersion {
  V13(13, 0xD106),
  V14(14, 0xD10D),
  V15(15, 0xD110),
  V16(16, 0xD113),
  V17(17, 0xD116),
  V18(18, 0xD118);

  private static final int LAST_BUILT_IN_MANAGER = 21;
  private static final int FIRST_CUSTOM_MANAGER = 128;

  private final int major;
  private final int pageMagic;

  WalVersion(int major, int pageMagic) {
    this.major = major;
    this.pageMagic = pageMagic;
  }

  /// The format of a major version; empty if it is not supported.
  public static Optional<WalVersion> ofMajor(int major) {
    for (WalVersion version : values()) {
      if (version.major == major) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /// The format whose pages begin with this number; empty if it is not known.
  public static Optional<WalVersion> ofPageMagic(int magic) {
    for (WalVersion version : values()) {
      if (version.pageMagic == magic) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  public int major() {
    return major;
  }

  /// The first two bytes of every page.
  public int pageMagic() {
    return pageMagic;
  }

  /// Bits of a block image's info byte that say that the image is compressed.
  int compressedImageBits() {
    return major < 15 ? 0x02 : 0x04 | 0x08 | 0x10;
  }

  /// The bit of a block image's info byte that says that replay puts the image in place of the
  /// page.
  int appliedImageBit() {
    return major < 15 ? 0x04 : 0x02;
  }

  /// Bytes of one entry in the list of dropped statistics of a commit or abort.
  int droppedStatisticBytes() {
    return major < 18 ? 12 : 16;
  }

  /// Extensions may bring resource managers of their own since 15.
  boolean knowsManager(int manager) {
    return manager <= LAST_BUILT_IN_MANAGER || (major >= 15 && manager >= FIRST_CUSTOM_MANAGER);
  }
}
