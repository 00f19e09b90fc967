package io.holdfast.server.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.databind.json.JsonMapper;

/// Failures as `application/problem+json` (RFC 9457): the permanent code, what is wrong, and what
/// to do. Nothing of the inside of the server is told.
@RestControllerAdvice
public final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /// What the states of SQL for data that cannot be begin with.
  private static final String BAD_DATA = "22";

  private final JsonMapper mapper;

  Problems(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /// Answers a request that reaches no route.
  public void write(HttpServletResponse response, String instance, BackupException failure)
      throws IOException {
    HttpStatus status = status(failure.code());
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.setHeader("Cache-Control", "no-store");
    response.getOutputStream().write(mapper.writeValueAsBytes(body(status, failure)));
    if (status.is5xxServerError()) {
      LOG.warn("{} failed: {}", instance, failure.text());
    }
  }

  @ExceptionHandler
  ResponseEntity<Map<String, Object>> understood(BackupException failure) {
    HttpStatus status = status(failure.code());
    if (status.is5xxServerError()) {
      LOG.warn("a request failed", failure);
    }
    return answer(status, body(status, failure));
  }

  @ExceptionHandler
  ResponseEntity<Map<String, Object>> unreadable(HttpMessageNotReadableException e) {
    return wrong(HttpStatus.BAD_REQUEST, "the body is not the JSON that this route takes");
  }

  @ExceptionHandler
  ResponseEntity<Map<String, Object>> mistyped(MethodArgumentTypeMismatchException e) {
    return wrong(
        HttpStatus.BAD_REQUEST,
        "'" + e.getName() + "' cannot be " + Quoted.of(String.valueOf(e.getValue())));
  }

  @ExceptionHandler({DataAccessException.class, TransactionException.class})
  ResponseEntity<Map<String, Object>> catalog(RuntimeException e) {
    BackupException failure = ofCatalog(e);
    LOG.warn("a request failed: {}", e.toString());
    HttpStatus status = status(failure.code());
    return answer(status, body(status, failure));
  }

  /// What a failure of the catalog means to whoever asked.
  public static BackupException ofCatalog(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql
          && Optional.ofNullable(sql.getSQLState()).orElse("").startsWith(BAD_DATA)) {
        return new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the request has text or numbers that a database does not keep",
            "Leave out characters such as NUL.");
      }
    }
    return new BackupException(
        ErrorCode.CATALOG_UNAVAILABLE,
        "the server's catalog cannot be reached",
        "Try again soon; the server's log says more.");
  }

  @ExceptionHandler
  ResponseEntity<Map<String, Object>> other(Exception e) {
    if (e instanceof ErrorResponse response && response.getStatusCode().is4xxClientError()) {
      return wrong(response.getStatusCode(), detail(response));
    }
    LOG.error("a request failed by a mistake of Holdfast", e);
    BackupException bug =
        new BackupException(
            ErrorCode.BUG,
            "Holdfast made a mistake",
            "The server's log has the details; please report them.");
    return answer(HttpStatus.INTERNAL_SERVER_ERROR, body(HttpStatus.INTERNAL_SERVER_ERROR, bug));
  }

  /// A run that failed, to whoever waited for it.
  ///
  /// @param code of the failure; empty or unknown for one that has none here
  public ResponseEntity<?> ofRun(String code, String message, String hint) {
    ErrorCode known =
        Arrays.stream(ErrorCode.values())
            .filter(it -> it.label().equals(code))
            .findFirst()
            .orElse(ErrorCode.CANCELLED);
    HttpStatus status = status(known);
    return answer(status, body(status, new BackupException(known, message, hint)));
  }

  private static String detail(ErrorResponse response) {
    String detail = response.getBody().getDetail();
    return detail == null ? "the request is wrong" : detail;
  }

  private static ResponseEntity<Map<String, Object>> wrong(HttpStatusCode status, String what) {
    return answer(
        status,
        body(
            status, new BackupException(ErrorCode.BAD_ARGUMENT, what, "See the API's reference.")));
  }

  static ResponseEntity<Map<String, Object>> answer(
      HttpStatusCode status, Map<String, Object> body) {
    return ResponseEntity.status(status)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .header("Cache-Control", "no-store")
        .body(body);
  }

  static Map<String, Object> body(HttpStatusCode status, BackupException failure) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "urn:holdfast:error:" + failure.code().label());
    body.put("title", failure.code().meaning());
    body.put("status", status.value());
    body.put("code", failure.code().label());
    body.put("detail", failure.text());
    body.put("hint", failure.hint());
    return body;
  }

  private static HttpStatus status(ErrorCode code) {
    return switch (code) {
      case NOT_SIGNED_IN -> HttpStatus.UNAUTHORIZED;
      case NOT_ALLOWED -> HttpStatus.FORBIDDEN;
      case RUN_NOT_FOUND, BACKUP_NOT_FOUND, USER_NOT_FOUND, TOKEN_NOT_FOUND, REPOSITORY_UNKNOWN ->
          HttpStatus.NOT_FOUND;
      case NAME_TAKEN, PLAN_CHANGED -> HttpStatus.CONFLICT;
      case TOO_MANY_RUNS -> HttpStatus.TOO_MANY_REQUESTS;
      default ->
          switch (code.kind()) {
            case USER -> HttpStatus.BAD_REQUEST;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            case INTERRUPTED -> HttpStatus.CONFLICT;
            case CORRUPTION, UNKNOWN_OUTCOME, PARTIAL, INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
          };
    };
  }
}
