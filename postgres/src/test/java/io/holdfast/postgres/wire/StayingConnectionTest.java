package io.holdfast.postgres.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Secret;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.url.ConnectionUrl;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection that keeps a temporary slot during a long backup says nothing for hours.
class StayingConnectionTest {
  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void isNotEndedForBeingIdle(int version) throws Exception {
    Map<String, String> settings =
        version == 13
            ? Map.of("max_wal_senders", "4")
            : Map.of("max_wal_senders", "4", "idle_session_timeout", "300ms");
    try (TestServer server = TestServer.start(version, settings)) {
      ConnectionUrl url =
          ConnectionUrl.parse(
              new Secret(
                  "postgresql://postgres@127.0.0.1:"
                      + server.port()
                      + "/postgres?sslmode=disable&options=-c%20work_mem=5MB"));
      try (ReplicationConnection staying = ReplicationConnection.openToStay(url, "stays");
          ReplicationConnection ordinary = ReplicationConnection.open(url, "goes")) {
        server.sql("SELECT pg_sleep(1)");
        assertThat(staying.identifySystem().timeline()).isEqualTo(1);
        assertThat(staying.show("work_mem")).isEqualTo("5MB");
        if (version > 13) {
          assertThatThrownBy(ordinary::identifySystem).isInstanceOf(BackupException.class);
        }
      }
    }
  }
}
