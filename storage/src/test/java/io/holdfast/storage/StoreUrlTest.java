package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlTest {
  private static final String EXAMPLE = "sftp://user@host/folder";

  @Test
  void takesAUrlApart() {
    StoreUrl url = parse("SFTP://me%40home@host:22//a/b%20c/?key=x%26y&plus=a+b&empty=");

    assertThat(url.scheme()).isEqualTo("sftp");
    assertThat(url.user()).isEqualTo("me@home");
    assertThat(url.authority()).isEqualTo("host:22");
    assertThat(url.path()).isEqualTo("a/b c");
    assertThat(url.options()).isEqualTo(Map.of("key", "x&y", "plus", "a+b", "empty", ""));
    assertThat(url.option("key")).isEqualTo("x&y");
    assertThat(url.option("absent")).isEmpty();
    assertThat(url).hasToString("sftp://host:22/a/b c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sftp:",
        "sftp:host",
        "sftp:///a",
        "sftp://u:hunter2@h/a",
        "sftp://h/a#hunter2",
        "sftp://h/a?hunter2",
        "sftp://h/a?=hunter2",
        "sftp://h/a?k=1&k=hunter2",
        "sftp://h/ hunter2"
      })
  void refusesAndNeverRepeats(String text) {
    BackupException refused = catchThrowableOfType(BackupException.class, () -> parse(text));
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text() + refused.hint()).doesNotContain("hunter2").contains(EXAMPLE);
    assertThat(refused.getCause()).isNull();
  }

  @Test
  void refusesALongUrlAndForeignOptionsAndUsers() {
    BackupException tooLong =
        catchThrowableOfType(BackupException.class, () -> parse("sftp://h/" + "a".repeat(5000)));
    assertThat(tooLong.text()).contains("4096");

    StoreUrl url = parse("sftp://hunter3@h/a?kay=hunter2");
    BackupException foreign =
        catchThrowableOfType(
            BackupException.class, () -> url.requireOptions(Set.of("key", "known-hosts")));
    assertThat(foreign.text()).contains("kay").doesNotContain("hunter2");
    assertThat(foreign.hint()).contains("key, known-hosts");
    url.requireOptions(Set.of("kay"));

    BackupException user =
        catchThrowableOfType(BackupException.class, () -> url.requireNoUser("Use a profile."));
    assertThat(user.hint()).isEqualTo("Use a profile.");
    assertThat(user.text()).doesNotContain("hunter3");
  }

  private static StoreUrl parse(String text) {
    return StoreUrl.parse(text, EXAMPLE);
  }
}
