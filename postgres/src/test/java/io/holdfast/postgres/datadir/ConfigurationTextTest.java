package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationTextTest {
  @Test
  void readsEveryWayToWriteASettingAsTheServerDoes() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      cluster.configure(
          "  Archive_Command   'cp \"%p\" /a''b\\\\c\\'d\\tx # no comment' # comment",
          "work_mem=5MB#comment",
          "cluster_name = unquoted-1.2:3/x",
          "application_name=''",
          "primary_conninfo = 'password=a\\101b'",
          "log_line_prefix = 'ü %m '",
          "my.own'x'",
          "port = 5433",
          "port = 0x1538",
          "\t# nothing",
          "");
      ConfigurationText text =
          ConfigurationText.parse(
              RawPath.decode(Files.readAllBytes(cluster.data().resolve("postgresql.conf"))));
      Map<String, String> values = text.values();
      for (String name :
          List.of(
              "archive_command",
              "cluster_name",
              "application_name",
              "primary_conninfo",
              "my.own")) {
        assertThat(values).as(name).containsEntry(name, asServerReads(cluster, name));
      }
      assertThat(values)
          .containsEntry("log_line_prefix", "ü %m ")
          .containsEntry("port", "0x1538")
          .containsEntry("work_mem", "5MB");
      assertThat(asServerReads(cluster, "port")).isEqualTo("5432");
      assertThat(asServerReads(cluster, "work_mem")).isEqualTo("5120");

      assertThat(text.format())
          .isEqualTo(RawPath.decode(Files.readAllBytes(cluster.data().resolve("postgresql.conf"))));
    }
  }

  @Test
  void whatItQuotesTheServerReads() throws Exception {
    String value = "a'b\\c \"d\" # $e %p \t''\\\\ü";
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      cluster.configure(ConfigurationText.setting("archive_command", value).text());
      String read = asServerReads(cluster, "archive_command");
      assertThat(RawPath.decode(read.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)))
          .isEqualTo(value);
    }
    assertThat(ConfigurationText.parse("x = " + ConfigurationText.quote(value)).values())
        .containsEntry("x", value);
    assertThatThrownBy(() -> ConfigurationText.quote("a\nb"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void veryLongValuesAreRead() {
    String value = "x''\\\\".repeat(50_000);
    assertThat(ConfigurationText.parse("a = '" + value + "'").values().get("a")).hasSize(150_000);
  }

  private static String asServerReads(TestCluster cluster, String name) throws Exception {
    String printed =
        cluster.asServerUser(
            List.of(
                cluster.programs().program("postgres").toString(),
                "-D",
                cluster.data().toString(),
                "-C",
                name));
    return printed.endsWith("\n") ? printed.substring(0, printed.length() - 1) : printed;
  }
}
