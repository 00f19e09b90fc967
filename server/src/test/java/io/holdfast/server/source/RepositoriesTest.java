package io.holdfast.server.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.World;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The repositories of a configuration.
class RepositoriesTest {
  @TempDir private Path directory = Path.of("");

  private Repositories repositories(String yaml) throws IOException {
    Files.writeString(directory.resolve("holdfast.yaml"), yaml);
    return Repositories.of(
        new Configuration(
                new Environment(Map.of("HOME", "/home/ann")),
                directory,
                World.real(),
                Optional.empty())
            .deployment(Flags.NONE));
  }

  @Test
  void haveTheirNamesAndTheSourcesThatGoThere() throws Exception {
    Repositories found =
        repositories(
            """
            repositories: { near: { url: /near }, far: { url: /far }, unused: { url: /unused } }
            sources:
              crm: { url: "postgresql://u:geheim@crm/", repository: near }
              erp: { url: "postgresql://erp/", repository: near }
              shop: { url: "postgresql://shop/", repository: far }
            """);
    assertThat(found.all())
        .containsExactly(
            new Repositories.Repository("far", "/far", List.of("shop")),
            new Repositories.Repository("near", "/near", List.of("crm", "erp")));
    assertThat(found.nameOf("erp")).isEqualTo("near");
    assertThat(found.require("far").place()).isEqualTo("/far");
    assertThatThrownBy(() -> found.require("unused"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_UNKNOWN);
              assertThat(e.hint()).contains("far, near");
            });
  }

  @Test
  void theOnlyOneIsCalledMainWhereNobodyNamedIt() throws Exception {
    Repositories found = repositories("sources: { erp: { url: \"postgresql://erp/\" } }");
    assertThat(found.all()).extracting(Repositories.Repository::name).containsExactly("main");
    assertThat(found.nameOf("erp")).isEqualTo("main");
  }
}
