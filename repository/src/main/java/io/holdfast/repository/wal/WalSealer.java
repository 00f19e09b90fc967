package io.holdfast.repository.wal;

import io.holdfast.repository.Domain;
import io.holdfast.repository.DomainGrant;
import io.holdfast.repository.crypto.SealedObject;

/// Seals and opens under the keys of one WAL domain. What [#seal] returns says itself which version
/// of the key opens it. *Thread-safe.*
public interface WalSealer {
  /// The most that sealing adds to the plain bytes.
  int OVERHEAD_BYTES_MAX = 128;

  /// Seals under a domain of a repository; each source's WAL has its own.
  static WalSealer of(Domain domain) {
    return new WalSealer() {
      @Override
      public byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length) {
        return domain.seal(purpose, context, plain, offset, length);
      }

      @Override
      public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
        return domain.open(purpose, context, sealed, bytesMax);
      }

      @Override
      public int overheadBytes() {
        return SealedObject.OVERHEAD_BYTES;
      }

      @Override
      public String pseudonym(String text) {
        return domain.pseudonym(text);
      }
    };
  }

  /// Opens what a grant opens; it seals nothing.
  static WalSealer of(DomainGrant grant) {
    return new WalSealer() {
      @Override
      public byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length) {
        throw new UnsupportedOperationException("a grant is for reading");
      }

      @Override
      public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
        return grant.open(purpose, context, sealed, bytesMax);
      }

      @Override
      public int overheadBytes() {
        return SealedObject.OVERHEAD_BYTES;
      }

      @Override
      public String pseudonym(String text) {
        return grant.pseudonym(text);
      }
    };
  }

  /// Encrypts and authenticates a range of `plain` together with purpose and context.
  byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length);

  /// The plain bytes of what [#seal] made under the same purpose and context.
  ///
  /// @param bytesMax the most that is acceptable; checked before anything is allocated
  /// @throws io.holdfast.repository.CorruptRepositoryException if it is not what was sealed
  byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax);

  /// How much longer sealed bytes are than plain ones.
  int overheadBytes();

  /// 32 lower-case hexadecimal digits that stand for `text` and tell nothing of it without the key.
  String pseudonym(String text);
}
