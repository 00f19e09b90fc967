package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.util.ArrayList;
import java.util.List;

/// The plain content of `idx/d/…` and `idx/b/…`: `version u8 ‖ section count u32 ‖ sections`.
final class IndexObject {
  static final String PURPOSE = "index";
  static final int BYTES_MAX = 16 << 20;

  /// An index object is begun anew when it would have more entries.
  static final int ENTRIES_TARGET = 65_536;

  private static final int RECORD_VERSION = 1;
  private static final int SECTIONS_MAX = 1 << 17;

  private IndexObject() {}

  static byte[] encode(List<PackSection> sections) {
    int bytes = 5;
    for (PackSection section : sections) {
      bytes += section.encodedBytes();
    }
    RecordWriter out = new RecordWriter(bytes).u8(RECORD_VERSION).u32(sections.size());
    for (PackSection section : sections) {
      section.write(out);
    }
    return out.toBytes();
  }

  static List<PackSection> decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    if (in.u8() != RECORD_VERSION) {
      throw in.damaged("has a record version this program does not know");
    }
    int count = in.count(SECTIONS_MAX);
    List<PackSection> sections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sections.add(PackSection.read(in));
    }
    in.end();
    return sections;
  }
}
