package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablespaceMoveTest {
  @Test
  void readsMovesOfTheCommandLine() {
    assertThat(TablespaceMove.parse("/a=/b/")).isEqualTo(new TablespaceMove("/a", "/b"));
    assertThat(TablespaceMove.parse("/a\\=b=/c\\=d")).isEqualTo(new TablespaceMove("/a=b", "/c=d"));
    assertThat(TablespaceMove.parse("/a\\b=/c")).isEqualTo(new TablespaceMove("/a\\b", "/c"));
    assertThatThrownBy(
            () ->
                TablespaceMove.byOldLocation(
                    List.of(TablespaceMove.parse("/a=/b"), TablespaceMove.parse("/a=/c"))))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=", "/a", "/a=", "=/b", "a=/b", "/a=b", "/=/b", "/a=/b\n"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> TablespaceMove.parse(text)).isInstanceOf(BackupException.class);
  }
}
