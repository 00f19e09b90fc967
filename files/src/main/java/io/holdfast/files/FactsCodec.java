package io.holdfast.files;

import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.ExtendedAttributes;
import io.holdfast.files.posix.FileStatus.Timestamp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The bytes of [FileFacts]. See `docs/format/files.md`.
final class FactsCodec {
  private static final int VERSION = 1;
  private static final int CHANGED = 1;
  private static final int RACY = 2;
  private static final int HARD_LINK = 4;
  private static final int SPARSE = 8;
  private static final int ATTRIBUTES = 16;
  private static final int DEVICE = 32;
  private static final int ALL = 63;
  private static final long SIZE_MAX = 1L << 50;
  private static final int PATH_BYTES_MAX = 4096;
  private static final int NAME_BYTES_MAX = 255;

  private FactsCodec() {}

  static byte[] encode(FileFacts facts) {
    Out out = new Out();
    out.bytes.write(VERSION);
    out.varint(flags(facts));
    out.varint(facts.size());
    out.varint(facts.modifiedNanos());
    long seconds = facts.changed().seconds();
    out.varint(seconds << 1 ^ seconds >> 63);
    out.varint(facts.changed().nanos());
    out.varint(facts.inode());
    out.varint(facts.uid() & 0xffffffffL);
    out.varint(facts.gid() & 0xffffffffL);
    if (facts.isHardLink()) {
      out.sized(facts.hardLink().getBytes(StandardCharsets.UTF_8));
    }
    if (facts.marks().contains(Mark.SPARSE)) {
      out.varint(facts.regions().size());
      long at = 0;
      for (Region region : facts.regions()) {
        out.varint(region.offset() - at);
        out.varint(region.length());
        at = region.offset() + region.length();
      }
    }
    if (!facts.extendedAttributes().isEmpty()) {
      out.varint(facts.extendedAttributes().size());
      for (ExtendedAttribute attribute : facts.extendedAttributes()) {
        out.sized(attribute.name());
        out.sized(attribute.value());
      }
    }
    if (isDevice(facts)) {
      out.varint(facts.rdevMajor() & 0xffffffffL);
      out.varint(facts.rdevMinor() & 0xffffffffL);
    }
    return out.bytes.toByteArray();
  }

  private static boolean isDevice(FileFacts facts) {
    return facts.rdevMajor() != 0 || facts.rdevMinor() != 0;
  }

  private static int flags(FileFacts facts) {
    return (facts.marks().contains(Mark.CHANGED_WHILE_READ) ? CHANGED : 0)
        | (facts.marks().contains(Mark.RACY) ? RACY : 0)
        | (facts.isHardLink() ? HARD_LINK : 0)
        | (facts.marks().contains(Mark.SPARSE) ? SPARSE : 0)
        | (facts.extendedAttributes().isEmpty() ? 0 : ATTRIBUTES)
        | (isDevice(facts) ? DEVICE : 0);
  }

  static FileFacts decode(byte[] bytes) {
    In in = new In(bytes);
    if (in.u8() != VERSION) {
      throw new IllegalArgumentException("facts of another version");
    }
    int flags = (int) in.varint(ALL);
    long size = in.varint(SIZE_MAX);
    int modifiedNanos = in.nanos();
    long seconds = in.varint(Long.MAX_VALUE);
    Timestamp changed = new Timestamp(seconds >>> 1 ^ -(seconds & 1), in.nanos());
    long inode = in.varint(-1);
    int uid = (int) in.varint(0xffffffffL);
    int gid = (int) in.varint(0xffffffffL);
    String hardLink = (flags & HARD_LINK) == 0 ? "" : in.path();
    List<Region> regions = (flags & SPARSE) == 0 ? List.of() : regions(in, size);
    List<ExtendedAttribute> attributes = (flags & ATTRIBUTES) == 0 ? List.of() : attributes(in);
    int major = (flags & DEVICE) == 0 ? 0 : (int) in.varint(0xffffffffL);
    int minor = (flags & DEVICE) == 0 ? 0 : (int) in.varint(0xffffffffL);
    in.requireEnd();
    return new FileFacts(
        marks(flags),
        size,
        modifiedNanos,
        changed,
        inode,
        uid,
        gid,
        major,
        minor,
        hardLink,
        regions,
        attributes);
  }

  private static Set<Mark> marks(int flags) {
    Set<Mark> marks = EnumSet.noneOf(Mark.class);
    if ((flags & CHANGED) != 0) {
      marks.add(Mark.CHANGED_WHILE_READ);
    }
    if ((flags & RACY) != 0) {
      marks.add(Mark.RACY);
    }
    if ((flags & SPARSE) != 0) {
      marks.add(Mark.SPARSE);
    }
    return marks;
  }

  private static List<Region> regions(In in, long size) {
    int count = (int) in.varint(in.remaining() / 2);
    List<Region> regions = new ArrayList<>(count);
    long at = 0;
    for (int i = 0; i < count; i++) {
      long offset = at + in.varint(size - at);
      long length = in.varint(size - offset);
      if (length == 0) {
        throw new IllegalArgumentException("a region without bytes");
      }
      regions.add(new Region(offset, length));
      at = offset + length;
    }
    return regions;
  }

  private static List<ExtendedAttribute> attributes(In in) {
    int count = (int) in.varint(in.remaining() / 2);
    List<ExtendedAttribute> attributes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] name = in.sized(NAME_BYTES_MAX);
      for (byte b : name) {
        if (b == 0) {
          throw new IllegalArgumentException("NUL in the name of an attribute");
        }
      }
      attributes.add(new ExtendedAttribute(name, in.sized(ExtendedAttributes.VALUE_BYTES_MAX)));
    }
    return attributes;
  }

  /// Collects bytes.
  private static final class Out {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(48);

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    private void sized(byte[] source) {
      varint(source.length);
      bytes.writeBytes(source);
    }
  }

  /// Takes bytes apart; nothing is allocated that is not there.
  private static final class In {
    private final byte[] bytes;
    private int at;

    private In(byte[] bytes) {
      this.bytes = bytes;
    }

    private int remaining() {
      return bytes.length - at;
    }

    private int u8() {
      if (at == bytes.length) {
        throw new IllegalArgumentException("facts end early");
      }
      return bytes[at++] & 0xff;
    }

    /// @param max -1 for any 64 bits
    private long varint(long max) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        int next = u8();
        if ((shift == 63 && next > 1) || (next == 0 && shift > 0)) {
          break;
        }
        value |= (next & 0x7fL) << shift;
        if (next < 0x80) {
          if (max != -1 && (value < 0 || value > max)) {
            throw new IllegalArgumentException("a number of the facts is " + value);
          }
          return value;
        }
      }
      throw new IllegalArgumentException("a number of the facts is not well-formed");
    }

    private int nanos() {
      return (int) varint(999_999_999);
    }

    private byte[] sized(int max) {
      int length = (int) varint(max);
      if (length > remaining()) {
        throw new IllegalArgumentException("facts end early");
      }
      at += length;
      return Arrays.copyOfRange(bytes, at - length, at);
    }

    private String path() {
      try {
        String path =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(sized(PATH_BYTES_MAX)))
                .toString();
        if (path.isEmpty()) {
          throw new IllegalArgumentException("a hard link to nothing");
        }
        return path;
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("a hard link to what is not UTF-8", e);
      }
    }

    private void requireEnd() {
      if (remaining() != 0) {
        throw new IllegalArgumentException("facts are longer than they should be");
      }
    }
  }
}
