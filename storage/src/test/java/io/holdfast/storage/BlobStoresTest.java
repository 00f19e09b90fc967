package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobStore.PutResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobStoresTest {
  private static final StoreContext CONTEXT =
      new StoreContext(() -> Instant.EPOCH, Entropy.secure(), Map.of());
  private static final BlobKey KEY = new BlobKey("a/b");

  @TempDir Path directory;

  @Test
  void opensWhatItCreatedByPathAndByUrl() throws IOException {
    Path place = directory.resolve("deep/below/with space");
    try (BlobStore created = create(place.toString())) {
      assertThat(created.putIfAbsent(KEY, ByteBuffer.wrap(new byte[3])))
          .isEqualTo(PutResult.STORED);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
        .isEqualTo("rwx------");
    for (String name : new String[] {place.toString(), place.toUri().toString(), place + "/."}) {
      try (BlobStore opened = open(name)) {
        assertThat(opened.get(KEY, 10)).hasSize(3);
        assertThat(opened.describe()).contains("with space");
      }
    }
    try (BlobStore again = create(place.toString())) {
      assertThat(again.get(KEY, 10)).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "s3://bucket/path",
        "sftp://user:hunter2@host/path",
        "S3://key:hunter2@bucket",
        "file://otherhost/path",
        "file:relative",
        "file:///bad%zz",
        "~/backups",
        "a\0b"
      })
  void refusesPlacesItCannotRead(String place) {
    BackupException refused = refused(() -> create(place));
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text()).doesNotContain("hunter2");
    assertThat(refused.hint()).contains("file:///");
    assertThat(refused(() -> open(place)).code()).isEqualTo(ErrorCode.BAD_URL);
  }

  @Test
  void namesTheSchemeItDoesNotSupport() {
    assertThat(refused(() -> open("s3://bucket/x")).text()).contains("s3:");
  }

  @Test
  void opensNothingThatIsNotThere() throws IOException {
    BackupException missing = refused(() -> open(directory.resolve("none/here").toString()));
    assertThat(missing.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    assertThat(missing.text()).contains("none/here");
    assertThat(missing.hint()).contains("init");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesAFileInPlaceOfTheDirectory() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "mine");
    for (Path place : new Path[] {file, file.resolve("below/it")}) {
      BackupException refused = refused(() -> create(place.toString()));
      assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
      assertThat(refused.text()).contains(file.toString());
      assertThat(refused(() -> open(place.toString())).code())
          .isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    }
    assertThat(Files.readString(file)).isEqualTo("mine");
  }

  /// Root may write anywhere except where the kernel itself refuses, as in /proc.
  @Test
  void refusesAPlaceThatCannotBeMade() {
    BackupException refused = refused(() -> create("/proc/holdfast-test/repository"));
    assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    assertThat(refused.text()).contains("/proc/holdfast-test");
    assertThat(refused.hint()).isNotEmpty();
  }

  @Test
  void refusesAPlaceWhereNothingCanBeWritten() {
    BackupException refused = refused(() -> create("/proc"));
    assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    assertThat(refused.text()).contains("/proc");
  }

  private static BlobStore open(String place) {
    return BlobStores.open(place, CONTEXT);
  }

  private static BlobStore create(String place) {
    return BlobStores.create(place, CONTEXT);
  }

  private static BackupException refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(BackupException.class, call);
  }
}
