package io.holdfast.examples.legal;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// The `number`th document of a binder. 0 is the binder's folder, 1 a folder in it, all others are
/// files in one of these.
record Document(Account account, int binder, int number) {
  static final int FOLDERS = 2;

  Chance chance(String what) {
    return Chance.of(account.seed(), what, account.index(), binder, number);
  }

  UUID id() {
    return chance("documents").uuid();
  }

  boolean isFolder() {
    return number < FOLDERS;
  }

  /// The folder that this lies in, for all but the binder's own.
  Document folder() {
    int folder = isFolder() ? 0 : chance("folder").below(FOLDERS);
    return new Document(account, binder, folder);
  }

  String storageKey() {
    return "documents/" + account.id() + "/" + id() + ".pdf";
  }

  byte[] content() {
    Chance chance = chance("content");
    byte[] content = chance.bytes(chance.between(300, 3_000));
    byte[] head = "%PDF-1.7\n".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(head, 0, content, 0, head.length);
    return content;
  }

  boolean isSigned() {
    return !isFolder() && chance("signed").onceIn(4);
  }

  /// Some are longer than the 2 KiB that PostgreSQL keeps of a large object in one row.
  byte[] signature() {
    Chance chance = chance("signature");
    return chance.bytes(chance.between(100, 5_000));
  }
}
