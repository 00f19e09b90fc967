package io.holdfast.engine.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SealedNoteTest {
  private static final String PURPOSE = "test: a note";
  private static final Secret TEXT = new Secret("the passphrase, ünlike others");

  @Test
  void aNoteComesBack() {
    byte[] key = Seeds.entropy(1).bytes(32);
    byte[] sealed = SealedNote.seal(key, PURPOSE, TEXT);

    assertThat(SealedNote.open(key, PURPOSE, sealed).expose()).isEqualTo(TEXT.expose());
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("passphrase");
  }

  @Test
  void nobodyElseOpensIt() {
    // Java refuses to seal twice with one key here, which is as it should be.
    byte[] key = Seeds.entropy(3).bytes(32);
    byte[] sealed = SealedNote.seal(key, PURPOSE, TEXT);
    byte[] changed = sealed.clone();
    changed[3] ^= 1;

    assertThatThrownBy(() -> SealedNote.open(Seeds.entropy(2).bytes(32), PURPOSE, sealed))
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> SealedNote.open(key, "test: another", sealed))
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> SealedNote.open(key, PURPOSE, changed))
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> SealedNote.open(key, PURPOSE, new byte[3]))
        .hasMessageContaining("damaged");
  }

  @Test
  void aShortKeySealsNothing() {
    assertThatThrownBy(() -> SealedNote.seal(new byte[16], PURPOSE, TEXT))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
