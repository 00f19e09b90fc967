package io.holdfast.server.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Where the container sends what failed outside of all routes.
@RestController
class ErrorRoute implements ErrorController {
  @RequestMapping("/error")
  ResponseEntity<Map<String, Object>> error(HttpServletRequest request) {
    HttpStatus status =
        request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
            ? HttpStatus.valueOf(code)
            : HttpStatus.NOT_FOUND;
    BackupException failure =
        status.is5xxServerError()
            ? new BackupException(
                ErrorCode.BUG,
                "Holdfast made a mistake",
                "The server's log has the details; please report them.")
            : new BackupException(
                ErrorCode.BAD_ARGUMENT,
                "there is nothing to be had here",
                "See the API's reference.");
    return Problems.answer(status, Problems.body(status, failure));
  }
}
