package io.holdfast.portable.seal;

import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.ChunkCipher.Place;

/// Says what is wrong with a chunk that does not open.
final class SealedChunks {
  private SealedChunks() {}

  static byte[] open(ChunkCipher cipher, long index, Place place, byte[] sealed, int length) {
    if (length < ChunkCipher.TAG_BYTES) {
      throw PortableFileException.damaged("it was cut off in chunk " + index);
    }
    byte[] plain =
        cipher
            .open(index, place, sealed, length)
            .orElseThrow(() -> damaged(cipher, index, place, sealed, length));
    if (plain.length == 0 && index > 0) {
      throw PortableFileException.damaged("its last chunk is empty");
    }
    return plain;
  }

  private static PortableFileException damaged(
      ChunkCipher cipher, long index, Place place, byte[] sealed, int length) {
    Place other =
        switch (place) {
          case INNER -> Place.LAST;
          case LAST -> Place.INNER;
        };
    if (cipher.open(index, other, sealed, length).isEmpty()) {
      return PortableFileException.damaged(
          "chunk " + index + " is not what was sealed there (damaged, moved or cut off)");
    }
    return PortableFileException.damaged(
        switch (place) {
          case INNER -> "bytes were appended behind its end";
          case LAST -> "it was cut off behind chunk " + index;
        });
  }
}
