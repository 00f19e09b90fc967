package io.holdfast.server.health;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/actuator`: health for whoever asks, its parts and metrics for whoever has a token.
@RestController
@RequestMapping("/actuator")
class HealthController {
  private static final MediaType PROMETHEUS =
      MediaType.parseMediaType("text/plain;version=0.0.4;charset=utf-8");

  private final Health health;
  private final Metrics metrics;

  HealthController(Health health, Metrics metrics) {
    this.health = health;
    this.metrics = metrics;
  }

  /// 200 if all is well, else 503.
  @GetMapping("/health")
  ResponseEntity<Map<String, Object>> health() {
    Map<String, Health.Part> parts = health.parts();
    Health.State state = Health.of(parts);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", state);
    if (SecurityContextHolder.getContext().getAuthentication() != null) {
      body.put("parts", parts);
    }
    HttpStatus status = state == Health.State.UP ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
    return ResponseEntity.status(status).body(body);
  }

  @GetMapping("/prometheus")
  ResponseEntity<String> prometheus() {
    Map<String, Health.Part> parts = health.parts();
    StringBuilder text = new StringBuilder();
    Metrics.head(text, "holdfast_part_up", "Whether a part of this server does its work.");
    parts.forEach(
        (name, part) ->
            Metrics.line(
                text,
                "holdfast_part_up",
                Map.of("part", name, "state", part.state().name().toLowerCase(Locale.ROOT)),
                part.state() == Health.State.DOWN ? 0 : 1));
    text.append(metrics.ofCatalog());
    return ResponseEntity.ok().contentType(PROMETHEUS).body(text.toString());
  }
}
