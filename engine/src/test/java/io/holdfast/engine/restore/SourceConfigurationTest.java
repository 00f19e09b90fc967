package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.datadir.ConfigurationPlacement;
import io.holdfast.postgres.datadir.ConfigurationPlacement.Placed;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SourceConfigurationTest {
  private static final Optional<String> DATA = Optional.of("/data");
  private static final String ALL_INSIDE =
      "origin=INSIDE\nconfig_file=/data/postgresql.conf\nhba_file=/data/pg_hba.conf\nident_file=/data/pg_ident.conf\n";

  private final MemoryChunks chunks = new MemoryChunks();

  @Test
  void configurationInsideTheDataDirectoryStaysAsItIs() throws IOException {
    SourceConfiguration source =
        read(
            Map.of(
                "postgresql.conf", "work_mem = 1MB\ninclude_dir 'conf.d'\ninclude 'own/x.inc'\n",
                "conf.d/a.conf", "port = 1\n",
                "conf.d/notes.txt", "no",
                "own/x.inc", "include_if_exists = y.inc\n",
                "own/y.inc", "port = 2\n",
                "pg_hba.conf", "local all all peer\n",
                "pg_ident.conf", ""),
            Map.of("configuration.index", ALL_INSIDE),
            DATA);
    assertThat(source.place()).isEqualTo(SourceConfiguration.Place.UNMOVED);
    assertThat(source.saved().texts())
        .containsOnlyKeys(
            "/data/postgresql.conf",
            "/data/conf.d/a.conf",
            "/data/own/x.inc",
            "/data/own/y.inc",
            "/data/pg_hba.conf",
            "/data/pg_ident.conf");
    assertThat(ConfigurationPlacement.planUnmoved(source.saved(), _ -> true).files()).isEmpty();
  }

  @Test
  void linesThatLeadToMissingFilesAreFoundInsideTheDataDirectoryToo() throws IOException {
    SourceConfiguration source =
        read(
            Map.of("postgresql.conf", "ssl = on\nssl_cert_file = '/etc/ssl/old.pem'\n"),
            Map.of("configuration.index", ALL_INSIDE),
            Optional.empty());
    Placed placed = ConfigurationPlacement.planUnmoved(source.saved(), _ -> false);
    assertThat(placed.files().get("postgresql.conf"))
        .contains("#ssl_cert_file")
        .contains("ssl = 'off'");
  }

  @Test
  void configurationOutsideTheDataDirectoryComesIntoIt() throws IOException {
    SourceConfiguration source =
        read(
            Map.of("conf.d/in.conf", "port = 3\n", "postgresql.conf", "not = used\n"),
            Map.of(
                "configuration.index",
                "origin=FILES\nconfig_file=/etc/pg/postgresql.conf\nhba_file=/etc/pg/pg_hba.conf\n"
                    + "0 /etc/pg/postgresql.conf\n1 /etc/pg/pg_hba.conf\n",
                "configuration/0",
                "include '/data/conf.d/in.conf'\n",
                "configuration/1",
                "local all all trust\n"),
            DATA);
    assertThat(source.place()).isEqualTo(SourceConfiguration.Place.MOVED);
    Placed placed = ConfigurationPlacement.plan(source.saved(), _ -> true);
    assertThat(placed.files().get("postgresql.conf"))
        .as("what it includes from the data directory is known")
        .contains("port = 3")
        .doesNotContain("not = used");
  }

  @Test
  void aMainFileOfAnotherNameCounts() throws IOException {
    SourceConfiguration source =
        read(
            Map.of("my.conf", "port = 4\n"),
            Map.of("configuration.index", "origin=INSIDE\nconfig_file=/data/my.conf\n"),
            DATA);
    assertThat(source.place()).isEqualTo(SourceConfiguration.Place.MOVED);
    assertThat(
            ConfigurationPlacement.plan(source.saved(), _ -> true).files().get("postgresql.conf"))
        .contains("port = 4");
  }

  @Test
  void bytesThatAreNotUtf8Survive() throws IOException {
    byte[] latin =
        "search_path = 'stra\u00dfe'\nssl_crl_dir = '/gone'\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    SourceConfiguration source =
        readBytes(
            Map.of("postgresql.conf", latin),
            Map.of("configuration.index", ALL_INSIDE.getBytes(StandardCharsets.UTF_8)),
            DATA);
    String text = source.saved().texts().get("/data/postgresql.conf");
    assertThat(RawPath.encode(String.valueOf(text))).isEqualTo(latin);
    String placed =
        ConfigurationPlacement.planUnmoved(source.saved(), _ -> false)
            .files()
            .get("postgresql.conf");
    assertThat(RawPath.encode(String.valueOf(placed)))
        .as("the line that stays has its own bytes")
        .startsWith("search_path = 'stra\u00dfe'\n".getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void generatedAndUnknownConfigurationAreToldApart() throws IOException {
    assertThat(
            read(
                    Map.of(),
                    Map.of(
                        "configuration.index",
                        "origin=SETTINGS\n0 postgresql.conf\n",
                        "configuration/0",
                        "port = '5'\n"),
                    Optional.empty())
                .place())
        .isEqualTo(SourceConfiguration.Place.GENERATED);
    assertThat(read(Map.of(), Map.of("configuration.index", "origin=INSIDE\n"), DATA).place())
        .isEqualTo(SourceConfiguration.Place.UNKNOWN);
  }

  private SourceConfiguration read(
      Map<String, String> cluster, Map<String, String> side, Optional<String> data)
      throws IOException {
    return readBytes(bytes(cluster), bytes(side), data);
  }

  private static Map<String, byte[]> bytes(Map<String, String> texts) {
    Map<String, byte[]> result = new TreeMap<>();
    texts.forEach((path, text) -> result.put(path, text.getBytes(StandardCharsets.UTF_8)));
    return result;
  }

  private SourceConfiguration readBytes(
      Map<String, byte[]> cluster, Map<String, byte[]> side, Optional<String> data)
      throws IOException {
    return SourceConfiguration.read(tree(cluster), tree(side), data);
  }

  private TreeReader tree(Map<String, byte[]> files) throws IOException {
    TreeWriter writer = new TreeWriter(chunks, Optional.empty());
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      writer.putSmallFile(
          new FileEntry(
              file.getKey(),
              FileKind.FILE,
              file.getValue().length,
              0600,
              0,
              "",
              "",
              "",
              Digest.NONE),
          new FileLayout.Lines(),
          file.getValue());
    }
    return TreeReader.open(chunks, writer.finish().root());
  }
}
