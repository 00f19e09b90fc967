package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a person typed at the wrong place is quoted, but never with the password in it.
class ErrorReportTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void aUrlAtTheWrongPlaceIsQuotedWithoutItsPassword() {
    for (String url :
        new String[] {
          "postgresql://ann:geheim@db1/erp",
          "postgresql://ann:ge@heim@db1/erp",
          "postgres://ann:geheim@db1:5432,db2/erp?sslmode=require",
          "postgresql://db1/erp?user=ann&password=geheim&sslmode=require",
          "postgresql://db1/erp?sslpassword=geheim",
          "postgresql://u:it's-geheim@h/db",
          "https://a.blob.core.windows.net/c?sv=2021&sig=geheim%3D&se=2030",
          "host=db1 password='my geheim' user=ann",
          "host=db1 password = geheim",
          "host=db1 password=geheim"
        }) {
      for (String[] command :
          new String[][] {
            {"backup", url},
            {"backup", "--ulr", url},
            {"backup", "--ulr=" + url},
            {url},
            {"show", url}
          }) {
        for (String json : new String[] {"--repo=none", "--json"}) {
          TestContext context = new TestContext(Map.of(), directory);
          String[] whole = new String[command.length + 1];
          System.arraycopy(command, 0, whole, 0, command.length);
          whole[command.length] = json;
          assertThat(context.run(whole)).as(context.stderr()).isEqualTo(2);
          assertThat(context.stderr() + context.stdout()).contains("HF-").doesNotContain("heim");
        }
      }
    }
  }

  @Test
  void theRestOfWhatWasTypedStaysReadable() {
    TestContext context = new TestContext(Map.of(), directory);
    context.run("backup", "postgresql://ann:geheim@db1/erp");
    assertThat(context.stderr()).contains("postgresql://ann:***@db1/erp");
  }

  @Test
  void aPasswordAmongTheArgumentsIsWarnedOf() {
    for (String url : new String[] {"postgresql://ann:geheim@h/x", "postgresql://ann@h/x"}) {
      TestContext context = new TestContext(Map.of(), directory);
      context.run("backup", "--url", url, "--repo", "none");
      assertThat(context.stderr().contains("warning: other users")).isEqualTo(url.contains("geh"));
    }
  }

  @Test
  void anInterruptionOfSeveralWorkersIsSaidOnce() {
    var failure = new BackupException(ErrorCode.CANCELLED, "interrupted", "");
    failure.addSuppressed(new BackupException(ErrorCode.CANCELLED, "interrupted", ""));
    failure.addSuppressed(new BackupException(ErrorCode.NO_SPACE, "full", ""));
    var err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);

    assertThat(ErrorReport.print(failure, false, stream, stream)).isEqualTo(130);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("interrupted")
        .contains("also: HF-2003: full");
  }

  @Test
  void aMegabyteOfWrongInputIsCutAndCounted() {
    TestContext context = new TestContext(Map.of(), directory);
    context.run("backup", "a://b:".repeat(200_000));
    assertThat(context.stderr().length()).isLessThan(3000);
    assertThat(context.stderr()).contains("characters)");
  }
}
