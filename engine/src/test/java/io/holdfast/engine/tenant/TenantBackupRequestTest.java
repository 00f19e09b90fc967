package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantBackupRequestTest {
  private static final TenantBackupRequest REQUEST =
      TenantBackupRequest.of(Path.of("account.scope.yaml"), "1");

  @ParameterizedTest
  @ValueSource(
      strings = {"", "A", "1a", "-a", "a_b", "a.b", "é", "abcdefghijklmnopqrstuvwxyz012345"})
  void labelsHavePlainNames(String name) {
    assertThatThrownBy(() -> REQUEST.withLabels(Map.of(name, "")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("'" + name + "' cannot be the name of a label");
  }

  @Test
  void labelsAreFewAndShort() {
    Map<String, String> most = new HashMap<>();
    for (int i = 0; i < TenantBackupRequest.LABELS_MAX; i++) {
      most.put("a-" + i, "x".repeat(TenantBackupRequest.LABEL_CHARACTERS_MAX));
    }
    assertThat(REQUEST.withLabels(most).labels()).isEqualTo(most);
    Map<String, String> more = new HashMap<>(most);
    more.put("abcdefghijklmnopqrstuvwxyz01234", "");
    assertThatThrownBy(() -> REQUEST.withLabels(more)).hasMessageContaining("have 17 labels");
    assertThatThrownBy(() -> REQUEST.withLabels(Map.of("a", "x".repeat(201))))
        .hasMessageContaining("the value of label a has 201 characters");
  }

  @Test
  void anIdOfTheLargerScopeNamesSomebody() {
    assertThatThrownBy(() -> new Within(Path.of("account.scope.yaml"), ""))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("names nobody");
  }
}
