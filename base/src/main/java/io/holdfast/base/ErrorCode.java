package io.holdfast.base;

import static io.holdfast.base.ErrorKind.CORRUPTION;
import static io.holdfast.base.ErrorKind.INTERNAL;
import static io.holdfast.base.ErrorKind.INTERRUPTED;
import static io.holdfast.base.ErrorKind.PARTIAL;
import static io.holdfast.base.ErrorKind.UNAVAILABLE;
import static io.holdfast.base.ErrorKind.UNKNOWN_OUTCOME;
import static io.holdfast.base.ErrorKind.USER;

/// Permanent numbers of all errors. A number is never given another meaning; retired ones stay in a
/// comment. The text is what the reference manual prints.
public enum ErrorCode {
  BAD_ARGUMENT(1001, USER, "An argument or option is wrong."),
  BAD_CONFIGURATION(1002, USER, "The configuration has errors."),
  BAD_URL(1003, USER, "A connection or repository URL cannot be read."),
  KEY_MISSING(1010, USER, "No key or passphrase was given for the repository."),
  KEY_MALFORMED(
      1011, USER, "The key is not 64 hexadecimal digits, or the key file cannot be read."),
  KEY_WRONG(1012, USER, "The key or passphrase opens no slot of this repository."),
  CAPABILITY_UNUSABLE(
      1013, USER, "The capability file is damaged, cannot be read, or is for another repository."),
  REPOSITORY_MISSING(1020, USER, "There is no Holdfast repository at this place."),
  REPOSITORY_EXISTS(1021, USER, "There is a Holdfast repository already."),
  REPOSITORY_TOO_NEW(1022, USER, "The repository needs a newer version of Holdfast."),
  REPOSITORY_PLACE_UNUSABLE(1023, USER, "The place for the repository cannot be used."),
  BACKUP_NOT_FOUND(1030, USER, "There is no such backup."),
  DOMAIN_SHREDDED(
      1031, USER, "The key domain was shredded: nothing that was in it can be read any more."),
  KEYS_WOULD_REMAIN(1032, USER, "The store keeps what is deleted, so keys cannot be destroyed."),
  TARGET_NOT_EMPTY(1040, USER, "The target directory is not empty."),
  TARGET_NOT_WRITABLE(1041, USER, "The target directory cannot be written."),
  RECOVERY_TARGET_UNREACHABLE(
      1042, USER, "The recovery target cannot be reached with what the repository holds."),
  RECOVERY_TARGET_AMBIGUOUS(
      1043, USER, "The recovery target has no time zone or has several meanings."),
  ON_DEMAND_UNUSABLE(
      1044, USER, "The restored server's user could not fetch WAL from the repository on demand."),
  TABLESPACE_CREATED_LATER(
      1045, USER, "Recovery would create a tablespace at the path that it had on the source."),
  TARGET_UNSUITABLE(1046, USER, "The target database does not fit what is to be restored."),
  SERVER_VERSION_UNSUPPORTED(1050, USER, "The PostgreSQL server's version is not supported."),
  PRIVILEGE_MISSING(1051, USER, "The database role lacks a privilege."),
  SERVER_SETTING_UNSUITABLE(1052, USER, "A setting of the PostgreSQL server rules this out."),
  SLOT_IN_USE(1053, USER, "The replication slot is in use by somebody else."),
  POOLER_URL(1054, USER, "The URL leads to a connection pooler."),
  SERVER_PROGRAM_MISSING(1055, USER, "The programs of this PostgreSQL version are not installed."),
  AUTHENTICATION_REFUSED(
      1056, USER, "The server refused the user, the password or the encryption."),
  DIFFERENT_CLUSTER(1057, USER, "The server is not the cluster that this source belongs to."),
  FILE_NAME_UNSUITABLE(1058, USER, "A file of the cluster has a name that is not UTF-8."),
  SERVER_FILE_UNREADABLE(1059, USER, "The server's own user may not read one of its files."),
  WAL_CONFLICT(1060, USER, "A WAL file of that name with other content is stored already."),
  FILE_KIND_UNKNOWN(1070, USER, "The file is of no kind that can be read here."),
  FILE_TOO_NEW(1071, USER, "The file needs a newer version of Holdfast."),
  FILE_KEY_WRONG(1072, USER, "The key or passphrase does not open this file."),
  FILE_BEYOND_LIMIT(1073, USER, "The file is larger, or asks for more memory, than the limit."),
  FILE_EXISTS(1074, USER, "There is a file already where one would be written."),
  SCOPE_MAP_INVALID(1080, USER, "The scope map has errors."),
  SCOPE_MAP_UNSUITABLE(1081, USER, "The scope map does not fit the database."),
  SCOPE_ROOT_UNCLEAR(1082, USER, "Nobody can tell which table is the root of the scope."),
  SCHEMA_DIFFERS(1083, USER, "The database cannot take what the backup has."),
  PLAN_CHANGED(1084, USER, "What would be restored is not what was looked at."),
  RESTORE_BLOCKED(1085, USER, "Some rows cannot be restored."),
  TENANT_ERASED(1090, USER, "The tenant was erased, and nothing brings it back."),
  ERASURE_BLOCKED(1091, USER, "Rows that were erased cannot be deleted."),
  NOT_SIGNED_IN(1100, USER, "The request has no token, or one that is not valid."),
  NOT_ALLOWED(1101, USER, "The signed-in user may not do this."),
  RUN_NOT_FOUND(1102, USER, "There is no such run."),
  SOURCE_UNKNOWN(1103, USER, "There is no such source in the configuration."),
  NAME_TAKEN(1104, USER, "Something of that name is there already."),
  CATALOG_UNSUITABLE(1105, USER, "The database cannot be used as the server's catalog."),
  USER_NOT_FOUND(1106, USER, "There is no such user of the server."),
  TOKEN_NOT_FOUND(1107, USER, "There is no such token."),
  TOO_MANY_RUNS(1108, USER, "Too much was asked for at once."),
  REPOSITORY_UNKNOWN(1110, USER, "There is no such repository in the configuration."),
  ADDRESS_NOT_ALLOWED(1120, USER, "A URL leads to an address that no request may go to."),
  RECEIVER_REFUSED(1121, USER, "The receiver of a notification does not want it."),
  SERVER_UNAVAILABLE(2001, UNAVAILABLE, "The PostgreSQL server cannot be reached or went away."),
  STORE_UNAVAILABLE(2002, UNAVAILABLE, "A store cannot be reached or refuses to work."),
  NO_SPACE(2003, UNAVAILABLE, "There is no space left."),
  FILE_ERROR(2004, UNAVAILABLE, "A local file cannot be read or written."),
  WAL_NOT_YET_THERE(2005, UNAVAILABLE, "WAL that is needed has not arrived in the repository."),
  SESSION_KILLED(2006, UNAVAILABLE, "Maintenance ended this session; nothing was published."),
  TIMED_OUT(2007, UNAVAILABLE, "Something took longer than its limit."),
  SLOT_LOST(2008, UNAVAILABLE, "The replication slot or the WAL it kept is gone; there is a gap."),
  RECOVERY_FAILED(2009, UNAVAILABLE, "The PostgreSQL server did not finish recovery."),
  REPOSITORY_BUSY(2010, UNAVAILABLE, "Others do maintenance on this repository now."),
  SHRED_INCOMPLETE(2011, UNAVAILABLE, "Keys of a shredded domain are still in the store."),
  CLIENT_PROGRAM_FAILED(
      2012, UNAVAILABLE, "A client program of PostgreSQL did not do what it was asked to do."),
  RUN_ABANDONED(2013, UNAVAILABLE, "The server that worked on a run went away."),
  RUN_STALLED(2014, UNAVAILABLE, "A run made no progress, or took longer than it may."),
  CATALOG_UNAVAILABLE(2015, UNAVAILABLE, "The catalog of the server cannot be reached."),
  RECEIVER_UNAVAILABLE(2020, UNAVAILABLE, "The receiver of a notification cannot be reached."),
  OBJECT_CORRUPT(3001, CORRUPTION, "A stored object is not what was written."),
  OBJECT_MISSING(3002, CORRUPTION, "A stored object that is needed is missing."),
  PAGE_CHECKSUM(3003, CORRUPTION, "A database page does not match its checksum."),
  MANIFEST_MISMATCH(3004, CORRUPTION, "What the server sent does not match its own manifest."),
  PROTOCOL_VIOLATION(3005, CORRUPTION, "The server sent something the protocol does not allow."),
  WAL_GAP(3006, CORRUPTION, "WAL between two positions is missing."),
  WAL_CORRUPT(3007, CORRUPTION, "WAL cannot be read."),
  CHECK_FAILED(3008, CORRUPTION, "A check of restored data failed."),
  CONTROL_FILE_UNREADABLE(3009, CORRUPTION, "The cluster's control file is damaged."),
  FILE_CORRUPT(
      3020,
      CORRUPTION,
      "A portable or encrypted file is damaged, cut off, or not what its manifest says."),
  WRITE_OUTCOME_UNKNOWN(4001, UNKNOWN_OUTCOME, "Nobody can say whether a write took effect."),
  PARTLY_DONE(6001, PARTIAL, "Some parts were done and some failed."),
  CANCELLED(7001, INTERRUPTED, "The work was interrupted."),
  BUG(9001, INTERNAL, "A bug in Holdfast.");

  private final int number;
  private final ErrorKind kind;
  private final String meaning;

  ErrorCode(int number, ErrorKind kind, String meaning) {
    this.number = number;
    this.kind = kind;
    this.meaning = meaning;
  }

  /// The permanent number.
  public int number() {
    return number;
  }

  public ErrorKind kind() {
    return kind;
  }

  /// One sentence for the reference manual.
  public String meaning() {
    return meaning;
  }

  /// The code as people see it, for example `HF-1012`.
  public String label() {
    return "HF-" + number;
  }
}
