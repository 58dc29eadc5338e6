/* A disk that fails and loses power, below a program that doesn't know: preloaded, it stands
 * between the program and the C library.
 *
 * Files below DISK_FOLDER are written as always, and have an image below DISK_IMAGE of what would
 * be on the platter: a write gets there by the next sync of its file that succeeds. A sync that
 * fails throws away what it should have written: later syncs succeed without it, as Linux behaves.
 * So after a kill the image is what a power failure would have left, at its worst. The names
 * of new files are taken to be there at once, and those of deleted ones to be gone.
 *
 * While the file DISK_SWITCH is there, one of DISK_ONE_IN writes and syncs fails. DISK_SEED repeats
 * which.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 1024
#define PATH 4096

/* A write, or with no data a truncation, that no sync has covered yet. */
struct change {
    struct change *next;
    off_t at;
    size_t length;
    char *data;
};

static struct { int image; struct change *first, **last; } files[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long state;
static int ready;

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int is_on(void) {
    const char *path = getenv("DISK_SWITCH");
    return path && access(path, F_OK) == 0;
}

/* Under the lock. */
static int fails(void) {
    if (!is_on()) return 0;
    if (!ready) {
        state = strtoul(setting("DISK_SEED"), NULL, 10) * 2654435761u + 1;
        ready = 1;
    }
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    unsigned long one_in = strtoul(setting("DISK_ONE_IN"), NULL, 10);
    return one_in && (state >> 33) % one_in == 0;
}

/* The path of the image of a file, where it has one. */
static int image_of(const char *path, char image[PATH]) {
    const char *folder = setting("DISK_FOLDER");
    size_t length = strlen(folder);
    if (!length || strncmp(path, folder, length) != 0) return 0;
    const char *name = path + length;
    /* The index of the log is made anew from the log. */
    size_t end = strlen(name);
    if (end == 0 || (end > 4 && strcmp(name + end - 4, "-shm") == 0)) return 0;
    return snprintf(image, PATH, "%s%s", setting("DISK_IMAGE"), name) < PATH;
}

static void opened(int fd, const char *path) {
    char image[PATH];
    if (fd < 0 || fd >= FILES || !image_of(path, image)) return;
    int (*open_)(const char *, int, ...) = real("open");
    int image_fd = open_(image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (image_fd < 0) return;
    pthread_mutex_lock(&lock);
    files[fd].image = image_fd;
    files[fd].first = NULL;
    files[fd].last = &files[fd].first;
    pthread_mutex_unlock(&lock);
}

static int is_known(int fd) { return fd >= 0 && fd < FILES && files[fd].image > 0; }

static void changed(int fd, off_t at, const void *data, size_t length) {
    struct change *change = calloc(1, sizeof *change);
    if (!change) abort();
    change->at = at;
    change->length = length;
    if (data) {
        change->data = malloc(length ? length : 1);
        if (!change->data) abort();
        memcpy(change->data, data, length);
    }
    *files[fd].last = change;
    files[fd].last = &change->next;
}

/* Writes what was changed into the image, or forgets it. */
static void settle(int fd, int keep) {
    ssize_t (*pwrite_)(int, const void *, size_t, off_t) = real("pwrite");
    int (*ftruncate_)(int, off_t) = real("ftruncate");
    struct change *change = files[fd].first;
    while (change) {
        struct change *next = change->next;
        if (keep && change->data) {
            if (pwrite_(files[fd].image, change->data, change->length, change->at) < 0) abort();
        } else if (keep) {
            if (ftruncate_(files[fd].image, change->at) < 0) abort();
        }
        free(change->data);
        free(change);
        change = next;
    }
    files[fd].first = NULL;
    files[fd].last = &files[fd].first;
}

#define OPEN(name)                                                     \
    int name(const char *path, int flags, ...) {                       \
        va_list rest;                                                  \
        va_start(rest, flags);                                         \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;      \
        va_end(rest);                                                  \
        int (*open_)(const char *, int, ...) = real(#name);            \
        int fd = open_(path, flags, mode);                             \
        opened(fd, path);                                              \
        return fd;                                                     \
    }
OPEN(open)
OPEN(open64)

int unlink(const char *path) {
    int (*unlink_)(const char *) = real("unlink");
    int done = unlink_(path);
    char image[PATH];
    if (done == 0 && image_of(path, image)) unlink_(image);
    return done;
}

int close(int fd) {
    int (*close_)(int) = real("close");
    if (is_known(fd)) {
        pthread_mutex_lock(&lock);
        /* What isn't synced is lost, and the next file gets the number. */
        settle(fd, 0);
        close_(files[fd].image);
        files[fd].image = 0;
        pthread_mutex_unlock(&lock);
    }
    return close_(fd);
}

static ssize_t written(int fd, const void *data, size_t length, off_t at, int moves) {
    ssize_t (*write_)(int, const void *, size_t) = real("write");
    ssize_t (*pwrite_)(int, const void *, size_t, off_t) = real("pwrite");
    if (!is_known(fd)) return moves ? write_(fd, data, length) : pwrite_(fd, data, length, at);
    pthread_mutex_lock(&lock);
    if (moves) at = lseek(fd, 0, SEEK_CUR);
    ssize_t done;
    if (fails()) {
        /* Half of it may get there. */
        if (state >> 62 & 1 && length > 1) pwrite_(fd, data, length / 2, at);
        errno = state >> 61 & 1 ? ENOSPC : EIO;
        done = -1;
    } else {
        done = moves ? write_(fd, data, length) : pwrite_(fd, data, length, at);
        if (done > 0) changed(fd, at, data, (size_t)done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *data, size_t length) { return written(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return written(fd, data, length, at, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return written(fd, data, length, at, 0); }

static int truncated(int fd, off_t length) {
    int (*ftruncate_)(int, off_t) = real("ftruncate");
    int done = ftruncate_(fd, length);
    if (done == 0 && is_known(fd)) {
        pthread_mutex_lock(&lock);
        changed(fd, length, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return done;
}

int ftruncate(int fd, off_t length) { return truncated(fd, length); }
int ftruncate64(int fd, off_t length) { return truncated(fd, length); }

static int synced(int fd, const char *name) {
    int (*sync_)(int) = real(name);
    if (!is_known(fd)) return sync_(fd);
    pthread_mutex_lock(&lock);
    int failed = fails();
    settle(fd, !failed);
    pthread_mutex_unlock(&lock);
    if (failed) {
        errno = EIO;
        return -1;
    }
    return 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
