package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The check of answers notices what the document does not say.
class ApiContractTest {
  private static final ApiContract CONTRACT = ApiContract.ofServer();
  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";
  private static final String NO_USERS = "[]";
  private static final String REFUSED =
      """
      {"type": "urn:holdfast:error:HF-1101", "title": "t", "status": 403, "code": "HF-1101",
       "detail": "d", "hint": ""}
      """;

  private static void check(
      String method, String path, String sent, int status, String type, String body) {
    check(method, path, sent, status, Map.of("Content-Type", List.of(type)), body);
  }

  private static void check(
      String method,
      String path,
      String sent,
      int status,
      Map<String, List<String>> headers,
      String body) {
    CONTRACT.check(
        new ApiContract.Request(method, URI.create("http://127.0.0.1" + path), sent),
        new ApiContract.Reply(status, HttpHeaders.of(headers, (_, _) -> true), body));
  }

  @Test
  void takesWhatTheDocumentSays() {
    check("GET", "/api/users", "", 200, JSON, NO_USERS);
    check("GET", "/api/users", "", 403, PROBLEM, REFUSED);
    check("DELETE", "/api/users/7", "", 204, Map.of(), "");
    check("GET", "/no/such/route", "", 403, PROBLEM, REFUSED);
    check("PUT", "/api/users", "", 403, PROBLEM, REFUSED);
    check("GET", "/actuator/prometheus", "", 200, "text/plain;version=0.0.4", "a 1.0");
    check("GET", "/api/audit?limit=1&offset=0", "", 200, JSON, page("[]"));
    check(
        "POST",
        "/api/tokens",
        "{\"name\": \"x\", \"expiresInDays\": 3}",
        201,
        JSON,
        "{\"id\": \"0c5c2f3e-7d0e-4d8e-9a51-3f1d7a8f6b11\", \"token\": \"hf_x\"}");
  }

  private static String page(String data) {
    return "{\"data\": " + data + ", \"total\": 0, \"limit\": 1, \"offset\": 0}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | /api/nothing | 200 | application/json | [] | there is no such path",
        "PUT | /api/users | 200 | application/json | [] | there is no such path",
        "GET | /api/users | 418 | application/json | [] | add '418' to the responses",
        "GET | /api/users | 200 | text/html | [] | add 'text/html' to its content",
        "GET | /api/users | 200 | application/json | {} | array expected",
        "GET | /api/users | 200 | application/json | [{}] | required property 'id' not found",
        "GET | /api/users | 200 | application/json | [ | no JSON",
        "GET | /api/users | 403 | application/problem+json | {} | required property 'code'",
        "GET | /api/nothing | 404 | text/html | no | where there is no route",
        "GET | /api/nothing | 404 | application/problem+json | {} | required property 'code'",
        "DELETE | /api/users/7 | 204 | application/json | {} | no 'content'",
        "GET | /api/audit?size=1 | 200 | application/json | {} | the query parameter 'size'",
        "GET | /api/audit?limit=x | 200 | application/json | {} | integer expected",
        "GET | /api/audit?limit=201 | 200 | application/json | {} | maximum value of 200",
        "GET | /api/operations?status=done | 200 | application/json | {} | parameter 'status'",
      })
  void noticesAnAnswerThatTheDocumentDoesNotHave(
      String method, String path, int status, String type, String body, String problem) {
    assertThatThrownBy(() -> check(method, path, "", status, type, body))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | required property 'name' not found",
        "{\"name\": \"x\", \"rights\": 1} | property 'rights' is not defined",
        "{\"name\": \"x\", \"role\": \"god\"} | role",
        "'' | the server does without it",
      })
  void noticesARequestThatTheServerTookAndTheDocumentDoesNot(String sent, String problem) {
    String user =
        """
        {"id": "0c5c2f3e-7d0e-4d8e-9a51-3f1d7a8f6b11", "name": "x", "role": "viewer",
         "createdAt": "2026-03-01T09:30:00Z"}
        """;
    assertThatCode(() -> check("POST", "/api/users", "{\"name\": \"x\"}", 201, JSON, user))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> check("POST", "/api/users", sent, 201, JSON, user))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(problem);
  }

  @Test
  void noticesATimeThatIsNoneAndAPropertyTooMany() {
    String incident =
        "[{\"source\": \"a\", \"event\": \"overdue\", \"title\": \"t\", \"since\": %s}]";
    String path = "/api/notifications/incidents";
    check("GET", path, "", 200, JSON, incident.formatted("\"2026-03-01T09:30:00.5Z\""));
    for (String wrong :
        List.of("\"yesterday\"", "null", "1772000000", "\"2026-03-01T09:30:00Z\", \"x\": 1")) {
      assertThatThrownBy(() -> check("GET", path, "", 200, JSON, incident.formatted(wrong)))
          .as(wrong)
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void noticesAHeaderThatIsMissingOrLeadsElsewhere() {
    String operation =
        CONTRACT
            .document()
            .at("/paths/~1api~1admin~1backup~1create/post/responses/202/content/application~1json")
            .get("example")
            .toString();
    for (Optional<String> location :
        List.of(Optional.<String>empty(), Optional.of("https://elsewhere.example/"))) {
      Map<String, List<String>> headers = new HashMap<>(Map.of("Content-Type", List.of(JSON)));
      location.ifPresent(it -> headers.put("Location", List.of(it)));
      assertThatThrownBy(
              () -> check("POST", "/api/admin/backup/create", "{}", 202, headers, operation))
          .hasMessageContaining("Location");
    }
  }
}
