package io.holdfast.postgres.basebackup;

import static io.holdfast.postgres.wire.ScriptedServer.cstring;
import static io.holdfast.postgres.wire.ScriptedServer.error;
import static io.holdfast.postgres.wire.ScriptedServer.int32;
import static io.holdfast.postgres.wire.ScriptedServer.message;
import static io.holdfast.postgres.wire.ScriptedServer.read;
import static io.holdfast.postgres.wire.ScriptedServer.welcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BaseBackup.Options;
import io.holdfast.postgres.basebackup.BaseBackup.Options.Checkpoint;
import io.holdfast.postgres.basebackup.BaseBackup.Options.ManifestChecksums;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both layouts of the stream, whole and broken, as a server that follows a script sends them.
@Timeout(30)
class BaseBackupFaultsTest {
  private static final byte[] TAR = new TestArchive().member('0', "file", "", new byte[700]).end();
  private static final byte[] READY = message('Z', new byte[] {'I'});

  private static byte[] row(String... values) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {0, (byte) values.length});
    for (String value : values) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      body.writeBytes(int32(bytes.length == 0 ? -1 : bytes.length));
      body.writeBytes(bytes);
    }
    return message('D', body.toByteArray());
  }

  private static byte[] data(char kind, byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = new byte[] {(byte) kind};
    System.arraycopy(parts, 0, all, 1, parts.length);
    return message('d', all);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static final byte[] DONE = message('C', cstring("SELECT"));
  private static final byte[] BEGIN =
      join(
          message('T', new byte[2]),
          row("0/2000028", "3"),
          DONE,
          message('T', new byte[2]),
          row("16400", "/mnt/x", "10"),
          row("", "", "20"),
          DONE);
  private static final byte[] END = join(row("0/2000130", "3"), DONE);
  private static final byte[] NEW_X = data('n', cstring("16400.tar"), cstring("/mnt/x"));
  private static final byte[] NEW_BASE = data('n', cstring("base.tar"), cstring(""));
  private static final byte[] COPY = message('H', new byte[3]);
  private static final byte[] COPY_DONE = message('c');
  private static final byte[] MANIFEST = join(data('m'), data('d', new byte[] {'{', '}'}));

  private static BaseBackup.Result run(
      String version, Options options, DigestingReceiver receiver, byte[] script)
      throws IOException {
    AtomicReference<String> command = new AtomicReference<>("");
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, version);
                  command.set(new String(read(in), StandardCharsets.UTF_8));
                  out.write(script);
                  assertThat(in.read()).isNotZero();
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      BaseBackup.Result result =
          new BaseBackup(connection, new Cancellation()).run(options, receiver, _ -> {});
      receiver.command = command.get();
      return result;
    }
  }

  private static final Options FAST = new Options("it's", Checkpoint.FAST);

  private static void assertViolation(byte[] script) {
    assertThatThrownBy(
            () ->
                run(
                    "15.1",
                    FAST,
                    new DigestingReceiver(ChecksumAlgorithm.NONE),
                    join(script, READY)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).as(e.text()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"13.4", "14.0"})
  void olderServersSendOneStreamForEachArchive(String version) throws IOException {
    byte[] archive = join(COPY, message('d', TAR), COPY_DONE);
    byte[] manifest = join(COPY, message('d', new byte[] {'{', '}'}), COPY_DONE);
    DigestingReceiver receiver = new DigestingReceiver(ChecksumAlgorithm.NONE);
    BaseBackup.Result result =
        run(
            version,
            new Options("it's", Checkpoint.FAST, OptionalInt.of(64), ManifestChecksums.SHA256),
            receiver,
            join(BEGIN, archive, archive, manifest, END, READY));
    assertThat(result.start()).isEqualTo(Lsn.parse("0/2000028"));
    assertThat(result.stop()).isEqualTo(Lsn.parse("0/2000130"));
    assertThat(result.startTimeline()).isEqualTo(3);
    assertThat(receiver.metas).containsOnlyKeys("pg_tblspc/16400/file", "file");
    assertThat(receiver.manifest).hasToString("{}");
    assertThat(receiver.expected).isEqualTo(30 << 10);
    assertThat(receiver.command)
        .isEqualTo(
            "BASE_BACKUP LABEL 'it''s' PROGRESS FAST NOWAIT MAX_RATE 64 TABLESPACE_MAP"
                + " NOVERIFY_CHECKSUMS MANIFEST 'yes' MANIFEST_CHECKSUMS 'SHA256'\0");
  }

  @Test
  void newerServersSendOneStream() throws IOException {
    DigestingReceiver receiver = new DigestingReceiver(ChecksumAlgorithm.NONE);
    BaseBackup.Result result =
        run(
            "15.1",
            FAST,
            receiver,
            join(
                BEGIN,
                COPY,
                NEW_X,
                data('d', TAR),
                data('p', new byte[8]),
                NEW_BASE,
                data('d', TAR),
                MANIFEST,
                COPY_DONE,
                END,
                READY));
    assertThat(result.serverWarning()).isEmpty();
    assertThat(receiver.metas).containsOnlyKeys("pg_tblspc/16400/file", "file");
    assertThat(receiver.manifest).hasToString("{}");
    assertThat(receiver.command)
        .isEqualTo(
            "BASE_BACKUP (LABEL 'it''s', TARGET 'client', PROGRESS, CHECKPOINT 'fast', WAIT false,"
                + " TABLESPACE_MAP true, VERIFY_CHECKSUMS false, MANIFEST 'yes',"
                + " MANIFEST_CHECKSUMS 'CRC32C')\0");
  }

  @Test
  void damageThatTheServerReportsAtTheEndIsAWarning() throws IOException {
    BaseBackup.Result result =
        run(
            "15.1",
            FAST,
            new DigestingReceiver(ChecksumAlgorithm.NONE),
            join(
                BEGIN,
                COPY,
                NEW_X,
                data('d', TAR),
                NEW_BASE,
                data('d', TAR),
                MANIFEST,
                COPY_DONE,
                END,
                error("XX001", "checksum verification failure during base backup"),
                READY));
    assertThat(result.serverWarning().orElseThrow()).contains("checksum verification failure");
  }

  @Test
  void anErrorInTheMiddleIsNotAWarning() {
    assertThatThrownBy(
            () ->
                run(
                    "15.1",
                    FAST,
                    new DigestingReceiver(ChecksumAlgorithm.NONE),
                    join(
                        BEGIN,
                        COPY,
                        NEW_X,
                        data('d', TAR),
                        error("58030", "could not read file \"base/1/2\": I/O error"),
                        READY)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE);
              assertThat(e.text()).contains("could not read file");
            });
  }

  @Test
  void whatTheLayoutDoesNotAllowIsAViolation() {
    byte[] whole = join(NEW_X, data('d', TAR), NEW_BASE, data('d', TAR));
    assertViolation(join(BEGIN, COPY, whole, COPY_DONE, END));
    assertViolation(join(BEGIN, COPY, NEW_X, data('d', TAR), MANIFEST, COPY_DONE, END));
    assertViolation(join(BEGIN, COPY, NEW_BASE, data('d', TAR), NEW_X, data('d', TAR)));
    assertViolation(join(BEGIN, COPY, whole, NEW_BASE));
    assertViolation(join(BEGIN, COPY, data('d', TAR)));
    assertViolation(join(BEGIN, COPY, NEW_X, data('d', new byte[600]), NEW_BASE));
    assertViolation(join(BEGIN, COPY, whole, MANIFEST, NEW_BASE));
    assertViolation(join(BEGIN, COPY, NEW_X, data('q')));
    assertViolation(join(BEGIN, COPY, NEW_X, message('d')));
    assertViolation(join(BEGIN, message('G', new byte[3])));
    assertViolation(join(message('T', new byte[2]), row("0/2000028", "3"), COPY));
    assertViolation(join(row("here", "3"), DONE));
    assertViolation(join(row("0/2000028", "x"), DONE));
    assertViolation(join(row("0/2000028"), DONE));
    assertViolation(DONE);
    assertViolation(join(row("0/2000028", "3"), DONE, row("99999999999", "/x", "1"), DONE));
    assertViolation(join(row("0/2000028", "3"), DONE, row("1", "/x", "many"), DONE));
  }

  @Test
  void aRateOutsideOfTheServersLimitsIsRefused() {
    assertThatThrownBy(
            () -> new Options("x", Checkpoint.FAST, OptionalInt.of(31), ManifestChecksums.CRC32C))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
  }
}
