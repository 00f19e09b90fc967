package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the store of a second repository sees of the variables.
class EnvironmentTest {
  private static final String PREFIX = "HOLDFAST_TO_";

  @Test
  void aNameWithThePrefixWinsOverTheNameItself() {
    assertThat(seen(Map.of("AWS_REGION", "a", "HOLDFAST_TO_AWS_REGION", "b", "HOME", "/h")))
        .containsEntry("AWS_REGION", "b")
        .containsEntry("HOME", "/h");
    assertThat(seen(Map.of("AWS_REGION", "a", "HOLDFAST_TO_", "b")))
        .containsEntry("AWS_REGION", "a");
  }

  @Test
  void withoutItTheSameCredentialsOpenBoth() {
    Map<String, String> all = Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SESSION_TOKEN", "t");
    assertThat(seen(all)).isEqualTo(all);
  }

  @Test
  void whoIsSomebodyElseForTheSecondStoreIsNothingOfTheFirst() {
    assertThat(
            seen(
                Map.of(
                    "AWS_ACCESS_KEY_ID", "first",
                    "AWS_SECRET_ACCESS_KEY", "first's",
                    "AWS_SESSION_TOKEN", "first's",
                    "AWS_REGION", "of both",
                    "AZURE_STORAGE_KEY", "of both",
                    "HOLDFAST_TO_AWS_ACCESS_KEY_ID", "second",
                    "HOLDFAST_TO_AWS_SECRET_ACCESS_KEY", "second's")))
        .containsEntry("AWS_ACCESS_KEY_ID", "second")
        .containsEntry("AWS_SECRET_ACCESS_KEY", "second's")
        .containsEntry("AWS_REGION", "of both")
        .containsEntry("AZURE_STORAGE_KEY", "of both")
        .doesNotContainKey("AWS_SESSION_TOKEN");
  }

  @Test
  void whatIsSetToNothingTakesThatAloneAway() {
    assertThat(
            seen(
                Map.of(
                    "AWS_ACCESS_KEY_ID", "of both",
                    "AWS_SESSION_TOKEN", "first's",
                    "HOLDFAST_TO_AWS_SESSION_TOKEN", "")))
        .containsEntry("AWS_ACCESS_KEY_ID", "of both")
        .containsEntry("AWS_SESSION_TOKEN", "");
  }

  @Test
  void secretsInFilesBelongToAnIdentityToo() {
    assertThat(
            seen(
                Map.of(
                    "AZURE_STORAGE_SAS_TOKEN_FILE", "/first",
                    "HOLDFAST_SFTP_PASSWORD_FILE", "/first",
                    "HOLDFAST_TO_AZURE_STORAGE_KEY", "second",
                    "HOLDFAST_TO_HOLDFAST_SFTP_PASSWORD", "second")))
        .containsEntry("AZURE_STORAGE_KEY", "second")
        .containsEntry("HOLDFAST_SFTP_PASSWORD", "second")
        .doesNotContainKeys("AZURE_STORAGE_SAS_TOKEN_FILE", "HOLDFAST_SFTP_PASSWORD_FILE");
  }

  private static Map<String, String> seen(Map<String, String> variables) {
    return new Environment(variables).overriddenBy(PREFIX);
  }
}
