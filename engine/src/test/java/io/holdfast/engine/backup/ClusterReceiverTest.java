package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.basebackup.BackupReceiver.Meta;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.TreeSummary;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ClusterReceiverTest {
  private static final byte[] LATIN = {'l', 'a', 't', (byte) 0xfc, (byte) 0xff};

  @Test
  void aNameThatIsNotUtf8IsRefusedByItsName() throws Exception {
    withReceiver(
        receiver -> {
          Meta bad = meta("base/" + RawPath.decode(LATIN));
          assertRefused(() -> receiver.fileBegin(bad), "file 'base/lat\\xfc\\xff'");
          assertRefused(() -> receiver.directory(bad), "directory 'base/lat\\xfc\\xff'");
          assertRefused(() -> receiver.symlink(bad, "x"), "link 'base/lat\\xfc\\xff'");
          assertRefused(
              () -> receiver.symlink(meta("x"), RawPath.decode(LATIN)), "'lat\\xfc\\xff'");
        });
  }

  @Test
  void namesInOtherScriptsArrive() throws Exception {
    TreeSummary summary =
        withReceiver(
            receiver -> {
              receiver.fileBegin(meta("base/übung😀"));
              receiver.fileData("x".getBytes(StandardCharsets.US_ASCII), 0, 1);
              receiver.fileEnd();
            });
    assertThat(summary.files()).isEqualTo(1);
  }

  private static Meta meta(String path) {
    return new Meta(path, 1, 0600, 0, 0, 0);
  }

  private static void assertRefused(ThrowingCallable call, String name) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_NAME_UNSUITABLE);
              assertThat(e.code().kind().exitStatus()).isEqualTo(2);
              assertThat(e.text()).contains(name);
              assertThat(e.hint()).contains("rename or remove");
            });
  }

  private interface Use {
    void with(ClusterReceiver receiver) throws IOException;
  }

  private static TreeSummary withReceiver(Use use) throws IOException {
    TreeWriter tree = new TreeWriter(new MemoryChunks(), Optional.empty());
    TreeWriter side = new TreeWriter(new MemoryChunks(), Optional.empty());
    try (ManifestIntake intake = new ManifestIntake(side.lines("manifest"));
        ExtentPipeline pipeline = new ExtentPipeline(tree, 1, 3, 512 << 10, new Cancellation())) {
      use.with(
          new ClusterReceiver(
              tree, pipeline, Optional.empty(), 8192, 131_072, 512 << 10, intake, (_, _, _) -> {}));
      pipeline.finish();
    }
    return tree.finish();
  }
}
