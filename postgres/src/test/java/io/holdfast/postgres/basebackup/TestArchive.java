package io.holdfast.postgres.basebackup;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/// Makes archives as the server does, and wrong ones.
final class TestArchive {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TestArchive member(char type, String name, String link, byte[] content) {
    return member(type, name, link, content, _ -> {});
  }

  TestArchive member(char type, String name, String link, byte[] content, Consumer<byte[]> change) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000600 ");
    put(header, 108, "0000145 ");
    put(header, 116, "0000150 ");
    put(header, 124, String.format(Locale.ROOT, "%011o ", content.length));
    put(header, 136, String.format(Locale.ROOT, "%011o ", 1_700_000_000L));
    header[156] = (byte) type;
    put(header, 157, link);
    put(header, 257, "ustar\00000");
    change.accept(header);
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  byte[] end() {
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  static void put(byte[] target, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, target, at, bytes.length);
  }
}
