package io.holdfast.portable.seal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import java.util.HexFormat;

/// What seals a file and opens it. Never printed.
public sealed interface SealKey {
  int KEY_BYTES = 32;

  /// A key of 256 bits.
  record RawKey(SecretBytes key) implements SealKey {
    public RawKey {
      if (key.length() != KEY_BYTES) {
        throw malformed("the key has " + key.length() + " bytes instead of 32");
      }
    }
  }

  /// Words that a person knows; stretched by Argon2id.
  record Passphrase(Secret text) implements SealKey {
    public Passphrase {
      if (text.isEmpty()) {
        throw new BackupException(
            ErrorCode.KEY_MISSING,
            "the passphrase is empty",
            "Give a passphrase that is not empty.");
      }
    }
  }

  /// Reads 64 hexadecimal digits; white space around them is ignored.
  ///
  /// @throws BackupException `KEY_MALFORMED`, without telling the digits
  static RawKey fromHex(Secret hex) {
    String digits = hex.expose().strip();
    if (digits.length() != 2 * KEY_BYTES) {
      throw malformed("the key has " + digits.length() + " characters instead of 64");
    }
    for (int i = 0; i < digits.length(); i++) {
      if (!HexFormat.isHexDigit(digits.charAt(i))) {
        throw malformed("character " + (i + 1) + " of the key is not a hexadecimal digit");
      }
    }
    return new RawKey(new SecretBytes(HexFormat.of().parseHex(digits)));
  }

  private static BackupException malformed(String message) {
    return new BackupException(
        ErrorCode.KEY_MALFORMED,
        message,
        "A key is 64 hexadecimal digits; 'openssl rand -hex 32' makes one.");
  }
}
