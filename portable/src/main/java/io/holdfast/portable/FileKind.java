package io.holdfast.portable;

/// What a file is, as far as its first bytes and its name tell.
public enum FileKind {
  PORTABLE_TAR("portable file of Holdfast"),
  SEALED("file encrypted by Holdfast"),
  ERP_SEALED("encrypted backup of the ERP's backup service"),
  OPENSSL("file encrypted by 'openssl enc'"),
  OPENSSL_BASE64("file encrypted by 'openssl enc -a'"),
  GZIP("gzip"),
  PG_DUMP_CUSTOM("dump of pg_dump, custom format"),
  PG_DUMP_TAR("dump of pg_dump, tar format"),
  PLAIN_SQL("SQL text"),
  OTHER_TAR("tar"),
  JSON("JSON text"),
  UNKNOWN("unknown");

  private final String words;

  FileKind(String words) {
    this.words = words;
  }

  /// For messages.
  public String words() {
    return words;
  }
}
