import { Injectable } from '@nestjs/common';

/** Whether the server is on its way out: from SIGTERM on it is alive but not ready. */
@Injectable()
export class Lifecycle {
  shuttingDown = false;
}
