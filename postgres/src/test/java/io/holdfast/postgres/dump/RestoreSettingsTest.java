package io.holdfast.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RestoreSettingsTest {
  @Test
  void memoryForIndexesIsRaisedAndNeverLowered() {
    assertThat(RestoreSettings.forDefinitions(64 << 10))
        .containsEntry("maintenance_work_mem", "262144");
    assertThat(RestoreSettings.forDefinitions(1 << 20)).doesNotContainKey("maintenance_work_mem");
  }
}
