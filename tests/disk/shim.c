/* A disk between a program and its disk: counts what changes files below one folder, writes it down, and goes wrong when
 * it is told to. Loaded by LD_PRELOAD, for Linux on x86-64 and AArch64.
 *
 * It does not wrap functions of the C library, as there are programs that ask the kernel without it. A seccomp filter turns
 * every system call that could change a file into a signal, whose handler makes the call in its stead. What the filter lets
 * through changes no file: reading, opening without O_CREAT and O_TRUNC, locks, times, owners and extended attributes.
 * Copying in the kernel, io_uring, openat2 and pwritev2 are refused as if the kernel had none of them, whereupon programs do
 * without. A writable shared mapping of a file below the folder ends the program with a message.
 *
 * DISK_ROOT  the folder, absolute and without links
 * DISK_LOG   where to write down, outside of it; appended to
 * DISK_AT    the number of a call, from 1: there it happens. The calls of all threads are numbered together, in the order
 *            of their effects, of which there is one at a time.
 * DISK_DO    what happens:
 *            kill-before, kill-after  the process is killed
 *            kill-half                the first half of a write is written, then the process is killed; as kill-before
 *                                     for other calls
 *            EIO                      the call does nothing and fails
 *            ENOSPC                   the same, if it is one that may need space: a write, a flush, or what makes a name
 *            short                    the first half of a write is written, and that is said; other calls are made
 *            fsync                    EIO, if the call flushes (fsync, fdatasync, syncfs, sync_range)
 *                                     Nothing is dropped of what was written before.
 *            lie                      success, without flushing, if the call flushes
 * A program that it starts in turn dies at once: the filter stays, the handler does not.
 *
 * DISK_FOR   to how many calls from that one on: 1 unless given; 0 is all
 *
 * The log has one record for each numbered call, and one for each write to standard output, numbered 0, so that it says
 * what was done when something was said. A record is a line, then the path, the second path and the data, of as many
 * bytes as the line says, then a line feed:
 *
 *     NUMBER CALL RESULT INODE OFFSET LENGTH MARK PATH-BYTES PATH2-BYTES DATA-BYTES
 *
 * Paths are relative to the folder; that of the folder itself is empty, and "/" stands for one outside of it. RESULT is
 * what the kernel returns: an error is negative. INODE is that of the file or folder that the call is about, 0 if there is
 * none; a name that is removed can give its inode to another file, which `open` says. A call on an open file has the path
 * that the file has by then. MARK is
 *
 *     .  made as asked    f  failed on purpose    s  shortened on purpose    l  not made, and said to be
 *     k  not made: the process was killed    h  half made, then killed    K  made, then killed
 *
 * CALL and what else is in the record:
 *
 *     say                  DATA is what was written to standard output
 *     open                 with O_CREAT or O_TRUNC. LENGTH is what it changed: 0 nothing, 1 it made the file, 2 it cut one
 *                          that was there to nothing, 3 it made a file without a name
 *     write                DATA was written at OFFSET: RESULT bytes of LENGTH
 *     truncate             the file has LENGTH bytes now
 *     allocate             fallocate, from OFFSET, for LENGTH
 *     fsync, fdatasync     of a file or a folder
 *     sync_range           sync_file_range, which makes nothing durable that a power cut spares
 *     syncfs               of the whole disk; also sync
 *     rename               from PATH to PATH2. LENGTH is the flags of renameat2
 *     link                 PATH2 is a further name of PATH
 *     symlink              DATA is where it leads
 *     unlink, rmdir, mkdir
 *     chmod                LENGTH is the mode
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

/* The one place from which the filter lets everything through. */
extern long disk_call(long number, long a, long b, long c, long d, long e, long f);
extern char disk_called[];

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
__asm__(".text\n.globl disk_call\n.hidden disk_call\n.type disk_call, @function\ndisk_call:\n"
        "mov %rdi, %rax\nmov %rsi, %rdi\nmov %rdx, %rsi\nmov %rcx, %rdx\nmov %r8, %r10\nmov %r9, %r8\n"
        "mov 8(%rsp), %r9\nsyscall\n.globl disk_called\n.hidden disk_called\ndisk_called:\nret\n");
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
__asm__(".text\n.globl disk_call\n.hidden disk_call\n.type disk_call, %function\ndisk_call:\n"
        "mov x8, x0\nmov x0, x1\nmov x1, x2\nmov x2, x3\nmov x3, x4\nmov x4, x5\nmov x5, x6\nsvc #0\n"
        ".globl disk_called\n.hidden disk_called\ndisk_called:\nret\n");
#else
#error "the signal handler knows the registers of x86-64 and AArch64 only"
#endif

#define CALL(n, a, b, c, d) disk_call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define MAX_PATH 4096
#define MAX_PIECES 16

enum kind { OPEN, WRITE, TRUNCATE, ALLOCATE, FSYNC, FDATASYNC, SYNC_RANGE, SYNCFS, RENAME, LINK, SYMLINK, UNLINK, RMDIR, MKDIR, CHMOD };
static const char *const NAMES[] = {"open", "write", "truncate", "allocate", "fsync", "fdatasync", "sync_range", "syncfs",
                                    "rename", "link", "symlink", "unlink", "rmdir", "mkdir", "chmod"};

/* A path as a call gives it; without one, it is about the open file. */
struct place { int fd; const char *path; };

struct asked {
    enum kind kind;
    struct place from, to;
    const char *text; /* of a symlink */
    struct iovec pieces[MAX_PIECES];
    int count, positioned;
    long offset, length, bytes;
};

enum action { NOTHING, KILL_BEFORE, KILL_AFTER, KILL_HALF, FAIL_EIO, FAIL_ENOSPC, SHORT, FAIL_FSYNC, LIE };
static const char *const ACTIONS[] = {"", "kill-before", "kill-after", "kill-half", "EIO", "ENOSPC", "short", "fsync", "lie"};

static char root[MAX_PATH];
static int log_fd = -1;
static unsigned long counted, first, many = 1;
static enum action action;
static int busy;

static void stop(const char *message) {
    CALL(SYS_write, 2, message, strlen(message), 0);
    CALL(SYS_exit_group, 125, 0, 0, 0);
}

static void die(void) {
    CALL(SYS_kill, CALL(SYS_getpid, 0, 0, 0, 0), SIGKILL, 0, 0);
    for (;;) CALL(SYS_sched_yield, 0, 0, 0, 0);
}

static char *decimal(char *at, long value) {
    char digits[24];
    int n = 0;
    unsigned long left = value < 0 ? 0ul - (unsigned long)value : (unsigned long)value;
    if (value < 0) *at++ = '-';
    do digits[n++] = (char)('0' + left % 10); while (left /= 10);
    while (n) *at++ = digits[--n];
    return at;
}

/* The path of an open file below the root, relative to it; 0 if it is elsewhere, or no file. */
static int below(int fd, char *out) {
    char link[40] = "/proc/self/fd/";
    *decimal(link + strlen(link), fd) = 0;
    char found[MAX_PATH + 16];
    long length = CALL(SYS_readlinkat, AT_FDCWD, link, found, sizeof found - 1);
    size_t top = strlen(root);
    if (length < (long)top || memcmp(found, root, top) || (length > (long)top && found[top] != '/')) return 0;
    found[length] = 0;
    strcpy(out, found + top + (length > (long)top));
    return 1;
}

static int resolve(struct place place, char *out) {
    out[0] = '/', out[1] = 0;
    if (!place.path) return below(place.fd, out);
    char parent[MAX_PATH];
    size_t length = strnlen(place.path, MAX_PATH - 2);
    memcpy(parent, place.path, length);
    while (length > 1 && parent[length - 1] == '/') length--;
    parent[length] = 0;
    char *slash = strrchr(parent, '/'), name[MAX_PATH];
    strcpy(name, slash ? slash + 1 : parent);
    if (slash == parent) slash[1] = 0;
    else if (slash) *slash = 0;
    else strcpy(parent, ".");
    int fd = (int)CALL(SYS_openat, place.fd, parent, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) return 0;
    int inside = below(fd, out);
    CALL(SYS_close, fd, 0, 0, 0);
    if (!inside) {
        out[0] = '/', out[1] = 0;
        return 0;
    }
    if (*out) strcat(out, "/");
    strcat(out, name);
    return 1;
}

static int status(struct place place, struct stat *out) {
    int flags = place.path ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
#if defined(SYS_newfstatat)
    return CALL(SYS_newfstatat, place.fd, place.path ? place.path : "", out, flags) == 0;
#else
    return CALL(SYS_fstatat, place.fd, place.path ? place.path : "", out, flags) == 0;
#endif
}

#define AT(fd, path) ((struct place){(int)(fd), (const char *)(path)})
#define FILE_OF(fd) ((struct place){(int)(fd), 0})

static void pieces(struct asked *asked, const struct iovec *from, long count) {
    asked->count = (int)(count < MAX_PIECES ? count : MAX_PIECES); /* the rest is written next, as after any short write */
    for (int i = 0; i < asked->count; i++) asked->pieces[i] = from[i], asked->bytes += (long)from[i].iov_len;
}

/* What a system call asks for; 0 if it is none that changes files. */
static int decode(long number, const long *a, struct asked *asked) {
    memset(asked, 0, sizeof *asked);
    switch (number) {
#define IS(call, what, where) case call: asked->kind = what; asked->from = where;
    IS(SYS_openat, OPEN, AT(a[0], a[1])) asked->offset = a[2]; break;
    IS(SYS_write, WRITE, FILE_OF(a[0])) pieces(asked, &(struct iovec){(void *)a[1], (size_t)a[2]}, 1); break;
    IS(SYS_writev, WRITE, FILE_OF(a[0])) pieces(asked, (const struct iovec *)a[1], a[2]); break;
    IS(SYS_pwrite64, WRITE, FILE_OF(a[0]))
        pieces(asked, &(struct iovec){(void *)a[1], (size_t)a[2]}, 1), asked->positioned = 1, asked->offset = a[3];
        break;
    IS(SYS_pwritev, WRITE, FILE_OF(a[0]))
        pieces(asked, (const struct iovec *)a[1], a[2]), asked->positioned = 1, asked->offset = a[3];
        break;
    IS(SYS_ftruncate, TRUNCATE, FILE_OF(a[0])) asked->length = a[1]; break;
    IS(SYS_truncate, TRUNCATE, AT(AT_FDCWD, a[0])) asked->length = a[1]; break;
    IS(SYS_fallocate, ALLOCATE, FILE_OF(a[0])) asked->offset = a[2], asked->length = a[3]; break;
    IS(SYS_fsync, FSYNC, FILE_OF(a[0])) break;
    IS(SYS_fdatasync, FDATASYNC, FILE_OF(a[0])) break;
    IS(SYS_sync_file_range, SYNC_RANGE, FILE_OF(a[0])) asked->offset = a[1], asked->length = a[2]; break;
    IS(SYS_syncfs, SYNCFS, FILE_OF(a[0])) break;
    IS(SYS_sync, SYNCFS, AT(AT_FDCWD, root)) break;
    IS(SYS_renameat2, RENAME, AT(a[0], a[1])) asked->to = AT(a[2], a[3]), asked->length = a[4]; break;
    IS(SYS_linkat, LINK, AT(a[0], a[1])) asked->to = AT(a[2], a[3]); break;
    IS(SYS_symlinkat, SYMLINK, AT(a[1], a[2])) asked->text = (const char *)a[0]; break;
    IS(SYS_unlinkat, UNLINK, AT(a[0], a[1])) if (a[2] & AT_REMOVEDIR) asked->kind = RMDIR; break;
    IS(SYS_mkdirat, MKDIR, AT(a[0], a[1])) break;
    IS(SYS_fchmod, CHMOD, FILE_OF(a[0])) asked->length = a[1]; break;
    IS(SYS_fchmodat, CHMOD, AT(a[0], a[1])) asked->length = a[2]; break;
#ifdef SYS_renameat
    IS(SYS_renameat, RENAME, AT(a[0], a[1])) asked->to = AT(a[2], a[3]); break;
#endif
#ifdef SYS_open /* the calls of old, which AArch64 never had */
    IS(SYS_open, OPEN, AT(AT_FDCWD, a[0])) asked->offset = a[1]; break;
    IS(SYS_creat, OPEN, AT(AT_FDCWD, a[0])) asked->offset = O_CREAT | O_TRUNC; break;
    IS(SYS_rename, RENAME, AT(AT_FDCWD, a[0])) asked->to = AT(AT_FDCWD, a[1]); break;
    IS(SYS_link, LINK, AT(AT_FDCWD, a[0])) asked->to = AT(AT_FDCWD, a[1]); break;
    IS(SYS_symlink, SYMLINK, AT(AT_FDCWD, a[1])) asked->text = (const char *)a[0]; break;
    IS(SYS_unlink, UNLINK, AT(AT_FDCWD, a[0])) break;
    IS(SYS_rmdir, RMDIR, AT(AT_FDCWD, a[0])) break;
    IS(SYS_mkdir, MKDIR, AT(AT_FDCWD, a[0])) break;
    IS(SYS_chmod, CHMOD, AT(AT_FDCWD, a[0])) asked->length = a[1]; break;
#endif
#undef IS
    default: return 0;
    }
    return 1;
}

/* One record, in one write. */
static void record(unsigned long number, const char *call, long result, unsigned long inode, const struct asked *asked, char mark,
                   const char *path, const char *path2, long data) {
    if (log_fd < 0) return;
    char line[256], *at = line;
    at = decimal(at, (long)number), *at++ = ' ';
    at = stpcpy(at, call), *at++ = ' ';
    at = decimal(at, result), *at++ = ' ';
    at = decimal(at, (long)inode), *at++ = ' ';
    at = decimal(at, asked->offset), *at++ = ' ';
    at = decimal(at, asked->length), *at++ = ' ';
    *at++ = mark, *at++ = ' ';
    at = decimal(at, (long)strlen(path)), *at++ = ' ';
    at = decimal(at, (long)strlen(path2)), *at++ = ' ';
    at = decimal(at, asked->text ? (long)strlen(asked->text) : data), *at++ = '\n';
    struct iovec parts[MAX_PIECES + 5] = {{line, (size_t)(at - line)}, {(void *)path, strlen(path)}, {(void *)path2, strlen(path2)}};
    int count = 3;
    if (asked->text) parts[count++] = (struct iovec){(void *)asked->text, strlen(asked->text)};
    for (int i = 0; i < asked->count && data > 0; i++, count++) {
        parts[count] = asked->pieces[i];
        if ((long)parts[count].iov_len > data) parts[count].iov_len = (size_t)data;
        data -= (long)parts[count].iov_len;
    }
    parts[count++] = (struct iovec){"\n", 1};
    if (CALL(SYS_writev, log_fd, parts, count, 0) < 0) stop("disk: cannot write the log\n");
}

/* Of the pieces, the first so many bytes. */
static void cut(struct asked *asked, long bytes) {
    asked->bytes = bytes;
    for (int i = 0; i < asked->count; i++) {
        if ((long)asked->pieces[i].iov_len > bytes) asked->pieces[i].iov_len = (size_t)bytes;
        bytes -= (long)asked->pieces[i].iov_len;
    }
}

static long make(long number, const long *a, const struct asked *asked) {
    if (asked->kind != WRITE) return disk_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (!asked->positioned) return CALL(SYS_writev, a[0], asked->pieces, asked->count, 0);
    return disk_call(SYS_pwritev, a[0], (long)asked->pieces, asked->count, a[3], 0, 0);
}

static int flushes(enum kind kind) { return kind == FSYNC || kind == FDATASYNC || kind == SYNCFS || kind == SYNC_RANGE; }

/* What is to happen at this call. */
static enum action due(unsigned long number, const struct asked *asked, int there) {
    if (!first || number < first || (many && number - first >= many)) return NOTHING;
    enum kind kind = asked->kind;
    switch (action) {
    case KILL_HALF: return kind == WRITE ? KILL_HALF : KILL_BEFORE;
    case SHORT: return kind == WRITE && asked->bytes > 1 ? SHORT : NOTHING;
    case FAIL_FSYNC: return flushes(kind) ? FAIL_EIO : NOTHING;
    case LIE: return flushes(kind) ? LIE : NOTHING;
    case FAIL_ENOSPC:
        if (kind == OPEN && there) return NOTHING;
        return kind == TRUNCATE || kind == UNLINK || kind == RMDIR || kind == CHMOD ? NOTHING : FAIL_ENOSPC;
    default: return action;
    }
}

/* A call below the root, of which there is one at a time. */
static long below_root(long number, const long *a, struct asked *asked, const char *path, const char *path2) {
    struct stat before, after;
    int there = status(asked->from, &before);
    unsigned long inode = there ? before.st_ino : 0, nth = ++counted;
    const char *name = NAMES[asked->kind];
    long flags = asked->offset, result, data = 0;
    if (asked->kind == OPEN) asked->offset = 0;
    if (asked->kind == WRITE) {
        int appends = (int)(CALL(SYS_fcntl, a[0], F_GETFL, 0, 0) & O_APPEND);
        if (appends) asked->offset = before.st_size;
        else if (!asked->positioned) asked->offset = CALL(SYS_lseek, a[0], 0, SEEK_CUR, 0);
        asked->length = asked->bytes;
    }
    enum action now = due(nth, asked, there);
    char mark = '.';
    if (now == KILL_BEFORE) {
        record(nth, name, 0, inode, asked, 'k', path, path2, 0);
        die();
    }
    if (now == FAIL_EIO || now == FAIL_ENOSPC) {
        result = now == FAIL_EIO ? -EIO : -ENOSPC;
        record(nth, name, result, inode, asked, 'f', path, path2, 0);
        return result;
    }
    if (now == LIE) {
        record(nth, name, 0, inode, asked, 'l', path, path2, 0);
        return 0;
    }
    if (now == KILL_HALF || now == SHORT) cut(asked, asked->bytes / 2), mark = now == SHORT ? 's' : 'h';
    if (now == KILL_AFTER) mark = 'K';
    result = make(number, a, asked);
    if (asked->kind == WRITE && result > 0) data = result;
    if (asked->kind == OPEN && result >= 0) {
        if (status(FILE_OF(result), &after)) inode = after.st_ino;
        asked->length = (flags & O_TMPFILE) == O_TMPFILE ? 3 : !there ? 1 : flags & O_TRUNC ? 2 : 0;
    }
    if (asked->kind == MKDIR && result >= 0 && status(asked->from, &after)) inode = after.st_ino;
    record(nth, name, result, inode, asked, mark, path, path2, data);
    if (now == KILL_HALF || now == KILL_AFTER) die();
    return result;
}

static long serve(long number, const long *a) {
    char path[2 * MAX_PATH], path2[2 * MAX_PATH] = "";
#ifdef SYS_sendfile
    if (number == SYS_sendfile) return below((int)a[0], path) ? -EINVAL : disk_call(number, a[0], a[1], a[2], a[3], 0, 0);
#endif
    if (number == SYS_splice) return below((int)a[2], path) ? -EINVAL : disk_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == SYS_mmap) {
        if (below((int)a[4], path)) stop("disk: a file is written through a mapping, which cannot be followed\n");
        return disk_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    struct asked asked;
    if (!decode(number, a, &asked)) return -ENOSYS;
    int inside = resolve(asked.from, path);
    if (asked.to.path) inside |= resolve(asked.to, path2);
    int says = asked.kind == WRITE && a[0] == 1 && !inside;
    if (!inside && !says) return disk_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) CALL(SYS_sched_yield, 0, 0, 0, 0);
    long result;
    if (says) {
        result = make(number, a, &asked);
        asked.offset = 0, asked.length = asked.bytes;
        record(0, "say", result, 0, &asked, '.', "/", "", result > 0 ? result : 0);
    } else {
        result = below_root(number, a, &asked, path, path2);
    }
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    return result;
}

static void handler(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info;
    mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
#if defined(__x86_64__)
    greg_t *r = machine->gregs;
    long a[6] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]};
    r[REG_RAX] = serve(info->si_syscall, a);
#else
    unsigned long long *r = machine->regs;
    long a[6] = {(long)r[0], (long)r[1], (long)r[2], (long)r[3], (long)r[4], (long)r[5]};
    r[0] = (unsigned long long)serve(info->si_syscall, a);
#endif
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOW(argument) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument]))
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define TRAP(call) EQUAL(call, 0, 1), RETURN(SECCOMP_RET_TRAP)
#define MISSING(call) EQUAL(call, 0, 1), RETURN(SECCOMP_RET_ERRNO | ENOSYS)
/* Trapped if the low half of an argument has any of those bits; then whatever comes next must not need the number. */
#define TRAP_IF(call, argument, bits) \
    EQUAL(call, 0, 4), LOW(argument), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1), RETURN(SECCOMP_RET_TRAP), RETURN(SECCOMP_RET_ALLOW)

static void install(void) {
    uint64_t here = (uint64_t)(uintptr_t)disk_called;
    struct sock_filter filter[] = {
        LOAD(arch), EQUAL(ARCH, 1, 0), RETURN(SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)), EQUAL((uint32_t)here, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4), EQUAL((uint32_t)(here >> 32), 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        LOAD(nr),
        TRAP_IF(SYS_openat, 2, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)),
        TRAP(SYS_write), TRAP(SYS_writev), TRAP(SYS_pwrite64), TRAP(SYS_pwritev), TRAP(SYS_ftruncate), TRAP(SYS_truncate),
        TRAP(SYS_fallocate), TRAP(SYS_fsync), TRAP(SYS_fdatasync), TRAP(SYS_sync_file_range), TRAP(SYS_syncfs), TRAP(SYS_sync),
        TRAP(SYS_renameat2), TRAP(SYS_linkat), TRAP(SYS_symlinkat), TRAP(SYS_unlinkat), TRAP(SYS_mkdirat), TRAP(SYS_fchmod),
        TRAP(SYS_fchmodat), TRAP(SYS_splice), TRAP(SYS_sendfile),
#ifdef SYS_renameat
        TRAP(SYS_renameat),
#endif
#ifdef SYS_open
        TRAP_IF(SYS_open, 1, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)),
        TRAP(SYS_creat), TRAP(SYS_rename), TRAP(SYS_link), TRAP(SYS_symlink), TRAP(SYS_unlink), TRAP(SYS_rmdir), TRAP(SYS_mkdir),
        TRAP(SYS_chmod),
#endif
        MISSING(SYS_copy_file_range), MISSING(SYS_pwritev2), MISSING(437 /* openat2 */), MISSING(425 /* io_uring_setup */),
        MISSING(452 /* fchmodat2 */),
        /* mmap of a file, shared and writable */
        EQUAL(SYS_mmap, 0, 6), LOW(3), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 0, 3), LOW(2), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_WRITE, 0, 1),
        RETURN(SECCOMP_RET_TRAP), RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    struct sigaction on = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigfillset(&on.sa_mask);
    if (sigaction(SIGSYS, &on, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        stop("disk: the kernel takes no filter of system calls\n");
}

__attribute__((constructor)) static void start(void) {
    const char *folder = getenv("DISK_ROOT"), *path = getenv("DISK_LOG"), *at = getenv("DISK_AT"), *what = getenv("DISK_DO"),
               *times = getenv("DISK_FOR");
    if (!folder) return;
    if (strlen(folder) >= MAX_PATH) stop("disk: the path of DISK_ROOT is too long\n");
    strcpy(root, folder);
    if (path) {
        log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log_fd >= 0) log_fd = fcntl(log_fd, F_DUPFD_CLOEXEC, 500); /* out of the way of the program's own */
        if (log_fd < 0) stop("disk: cannot open the log\n");
    }
    if (at) first = strtoul(at, 0, 10);
    if (times) many = strtoul(times, 0, 10);
    for (int i = 1; what && i <= LIE; i++)
        if (!strcmp(what, ACTIONS[i])) action = (enum action)i;
    if (first && action == NOTHING) stop("disk: DISK_DO names nothing that can happen\n");
    install();
}
