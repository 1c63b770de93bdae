/* The part of printf that a kernel needs. */
#include <stdbool.h>
#include <zendo/console.h>
#include <zendo/string.h>

/* Text goes to a buffer of fixed size; what does not fit is counted but dropped. */
struct output {
    char *buffer;
    size_t size, length;
};

struct field {
    bool left, zeros;
    unsigned width;
};

static void put(struct output *out, char character)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = character;
    out->length++;
}

static void put_padded(struct output *out, const char *text, size_t length, struct field field)
{
    size_t padding = field.width > length ? field.width - length : 0;

    if (!field.left)
        for (size_t i = 0; i < padding; i++)
            put(out, field.zeros ? '0' : ' ');
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (field.left)
        for (size_t i = 0; i < padding; i++)
            put(out, ' ');
}

static void put_number(struct output *out, unsigned long value, unsigned base, bool negative,
                       struct field field)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    if (negative && field.zeros) {
        put(out, '-');
        field.width -= field.width > 0;
    } else if (negative) {
        digits[--at] = '-';
    }
    put_padded(out, digits + at, sizeof(digits) - at, field);
}

static struct field parse_field(const char **format)
{
    struct field field = {0};

    for (; **format == '-' || **format == '0'; (*format)++) {
        if (**format == '-')
            field.left = true;
        else
            field.zeros = true;
    }
    for (; **format >= '0' && **format <= '9'; (*format)++)
        field.width = field.width * 10 + (unsigned)(**format - '0');
    return field;
}

static bool parse_length(const char **format)
{
    bool is_long = false;

    for (; **format == 'l' || **format == 'z'; (*format)++)
        is_long = true;
    return is_long;
}

static void put_conversion(struct output *out, char conversion, bool is_long, struct field field,
                           va_list *arguments)
{
    switch (conversion) {
    case 'd':
    case 'i': {
        long value = is_long ? va_arg(*arguments, long) : va_arg(*arguments, int);
        put_number(out, value < 0 ? -(unsigned long)value : (unsigned long)value, 10, value < 0,
                   field);
        break;
    }
    case 'u':
    case 'x': {
        unsigned long value =
            is_long ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
        put_number(out, value, conversion == 'x' ? 16 : 10, false, field);
        break;
    }
    case 'p':
        put(out, '0');
        put(out, 'x');
        put_number(out, va_arg(*arguments, unsigned long), 16, false, field);
        break;
    case 'c': {
        char character = (char)va_arg(*arguments, int);
        put_padded(out, &character, 1, field);
        break;
    }
    case 's': {
        const char *text = va_arg(*arguments, const char *);
        text = text ? text : "(null)";
        put_padded(out, text, strlen(text), field);
        break;
    }
    default:
        put(out, conversion);
    }
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = {.buffer = buffer, .size = size};
    va_list rest;

    va_copy(rest, arguments);
    while (*format) {
        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        format++;
        struct field field = parse_field(&format);
        bool is_long = parse_length(&format);
        if (!*format)
            break;
        put_conversion(&out, *format++, is_long, field, &rest);
    }
    va_end(rest);
    if (size > 0)
        buffer[out.length < size ? out.length : size - 1] = 0;
    return (int)out.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void vprintk(const char *format, va_list arguments)
{
    char line[512];
    size_t length = (size_t)vsnprintf(line, sizeof(line), format, arguments);

    console_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

void printk(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintk(format, arguments);
    va_end(arguments);
}
