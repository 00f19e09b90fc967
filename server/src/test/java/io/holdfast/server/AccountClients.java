package io.holdfast.server;

import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Requests of users of the host application.
record AccountClients(RunningServer server) {
  RunningServer.Answer get(UUID account, String path) throws IOException, InterruptedException {
    return server.sendShowing(owner(account), "GET", path);
  }

  RunningServer.Answer delete(UUID account, String path) throws IOException, InterruptedException {
    return server.sendShowing(owner(account), "DELETE", path);
  }

  RunningServer.Answer post(UUID account, String path, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(owner(account), "POST", path, body);
  }

  RunningServer.Answer put(UUID account, String path, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(owner(account), "PUT", path, body);
  }

  /// With other claims than an owner has.
  RunningServer.Answer post(
      UUID account, UnaryOperator<JWTClaimsSet.Builder> claims, String path, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(HostApplication.token(account, claims), "POST", path, body);
  }

  static String owner(UUID account) {
    return HostApplication.token(account, UnaryOperator.identity());
  }

  /// The id of a new backup.
  String backUp(UUID account, Map<String, Object> wish) throws IOException, InterruptedException {
    RunningServer.Answer made = post(account, "/api/backups", wish);
    if (made.status() != 201) {
      throw new AssertionError(made.toString());
    }
    JsonNode backup = made.json().get("backup");
    return backup.get("id").asString();
  }
}
