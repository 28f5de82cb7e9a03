// Reads answers of HTTP/1.x as they arrive: Content-Length, chunked, or up to the end of the connection.
#pragma once

#include <strings.h>

#include <cstdlib>
#include <string>
#include <string_view>

class HttpResponse {
 public:
  enum class State { incomplete, complete, broken };

  // Takes what came next of one answer. More than one answer at a time is broken: no request was sent for it.
  State append(const char *bytes, size_t length) {
    received_.append(bytes, length);
    return state_ = parse();
  }

  // The connection has ended: the end of an answer that announced no length.
  State end() {
    if (state_ == State::incomplete && bodyStart_ != 0 && !chunked_ && length_ < 0) {
      body_ = received_.substr(bodyStart_);
      state_ = State::complete;
      closes_ = true;
    }
    return state_;
  }

  bool begun() const { return !received_.empty(); }
  int status() const { return status_; }
  // Whether no other request may be sent on this connection.
  bool closes() const { return closes_; }
  const std::string &body() const { return body_; }

  void reset() { *this = HttpResponse(); }

 private:
  std::string received_;
  std::string body_;
  size_t bodyStart_ = 0;  // 0: the head has not ended
  size_t chunkStart_ = 0;
  long long length_ = -1;
  int status_ = 0;
  bool chunked_ = false;
  bool closes_ = false;
  State state_ = State::incomplete;

  State parse() {
    if (bodyStart_ == 0) {
      const size_t end = received_.find("\r\n\r\n");
      if (end == std::string::npos) return received_.size() > 65536 ? State::broken : State::incomplete;
      if (!parseHead(std::string_view(received_).substr(0, end + 2))) return State::broken;
      if (status_ >= 100 && status_ < 200) {  // 100 Continue
        received_.erase(0, end + 4);
        return received_.empty() ? State::incomplete : parse();
      }
      bodyStart_ = chunkStart_ = end + 4;
    }
    if (chunked_) return parseChunks();
    if (length_ < 0) return State::incomplete;
    const size_t wanted = bodyStart_ + static_cast<size_t>(length_);
    if (received_.size() < wanted) return State::incomplete;
    if (received_.size() > wanted) return State::broken;
    body_ = received_.substr(bodyStart_);
    return State::complete;
  }

  bool parseHead(std::string_view head) {
    if (head.size() < 12 || head.substr(0, 7) != "HTTP/1.") return false;
    status_ = std::atoi(std::string(head.substr(9, 3)).c_str());
    closes_ = head[7] == '0';
    length_ = -1;
    for (size_t at = head.find("\r\n") + 2; at < head.size();) {
      const size_t end = head.find("\r\n", at);
      const std::string line(head.substr(at, end - at));
      at = end + 2;
      const size_t colon = line.find(':');
      if (colon == std::string::npos) return false;
      const std::string name = line.substr(0, colon);
      const size_t start = line.find_first_not_of(" \t", colon + 1);
      const std::string value = start == std::string::npos ? "" : line.substr(start);
      if (!strcasecmp(name.c_str(), "content-length")) length_ = std::atoll(value.c_str());
      if (!strcasecmp(name.c_str(), "transfer-encoding")) chunked_ = !strncasecmp(value.c_str(), "chunked", 7);
      if (!strcasecmp(name.c_str(), "connection")) closes_ = !strncasecmp(value.c_str(), "close", 5);
    }
    return true;
  }

  State parseChunks() {
    for (;;) {
      const size_t line = received_.find("\r\n", chunkStart_);
      if (line == std::string::npos) return State::incomplete;
      const size_t size = std::strtoull(received_.c_str() + chunkStart_, nullptr, 16);
      if (received_.size() < line + 2 + size + 2) return State::incomplete;
      if (size == 0) return State::complete;
      body_.append(received_, line + 2, size);
      chunkStart_ = line + 2 + size + 2;
    }
  }
};
