/// Blobs as files on a host that speaks SFTP, through Apache MINA SSHD, which nothing outside this
/// package uses.
///
/// MINA does the transport (SSH, its keys and its flow control). The requests of SFTP version 3 are
/// made here, because it matters which of them is sent when: a put is a file in `~tmp`, a sync, a
/// **hard link** to the final name (which fails if the name is taken, unlike a rename) and a sync
/// of the directory. Both syncs and the link are extensions of OpenSSH.
///
/// *Channel*: one SSH connection with one conversation in SFTP; it serves one operation at a time.
/// *Answered failure*: the server said no, and the channel goes on. All other failures end the
/// channel, and the operation may or may not have been done.
@NullMarked
package io.holdfast.storage.sftp;

import org.jspecify.annotations.NullMarked;
